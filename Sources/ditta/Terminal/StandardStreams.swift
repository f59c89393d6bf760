import DittaKit
import Foundation

// All that the commands say goes through here. A result that cannot be written is an error; a remark that cannot be
// written is left out, because a run of hours must not end for want of a reader.

/// Makes the standard streams safe to write to, whatever whoever started the program did to them.
///
/// A reader that goes away (`| head -1`) is an error of writing from then on, and does not end the program. A stream
/// that is closed is opened on nothing, for reading: the next file to be opened would otherwise take its number, and
/// what is said would be written into it.
func prepareStandardStreams() {
    _ = signal(SIGPIPE, SIG_IGN)
    var last: Int32 = -1
    while last < STDERR_FILENO {
        let opened = unsafe open("/dev/null", O_RDONLY)
        guard opened >= 0 else { return }
        if opened > STDERR_FILENO { close(opened) }
        last = opened
    }
}

/// Writes a result and a line's end to the standard output.
///
/// - Parameters:
///   - text: What was asked for.
///   - kept: What is there all the same, a clause for the error.
/// - Throws: a sentence, if the standard output is closed or full, or nobody reads it.
func printResult(_ text: String, kept: String? = nil) throws(DittaError) {
    let code = write(text + "\n", to: STDOUT_FILENO)
    guard code == 0 else {
        let reason = unsafe String(cString: strerror(code))
        throw DittaError(
            "the standard output: cannot be written to (\(reason)), so that results are missing there"
                + (kept.map { "; " + $0 } ?? ""))
    }
}

/// Writes to the standard error, if that is possible.
func printRemark(_ text: String) {
    _ = write(text, to: STDERR_FILENO)
}

/// Writes all of a text; returns the system's error code, 0 if there was none.
private func write(_ text: String, to stream: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(stream, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            // Whoever shares the stream made it return at once when it is not ready.
            var waited = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&waited, 1, -1)
        } else if errno != EINTR {
            return errno
        }
    }
    return 0
}
