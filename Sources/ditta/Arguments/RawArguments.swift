import Foundation

/// A path that opens what an argument names, also if its bytes are no UTF-8.
///
/// File names are bytes. Those of an old disk may be in Latin-1, and as text their strange bytes are replaced. The file is opened
/// then by the bytes that were typed, and the path of the open file is given, which is good until the program ends.
func openable(_ argument: String) -> String {
    guard argument.unicodeScalars.contains("\u{FFFD}"), !FileManager.default.fileExists(atPath: argument) else {
        return argument
    }
    for index in 1..<Int(CommandLine.argc) {
        guard let bytes = unsafe CommandLine.unsafeArgv[index], unsafe String(cString: bytes) == argument else {
            continue
        }
        let file = unsafe open(bytes, O_RDONLY)
        if file >= 0 { return "/dev/fd/\(file)" }
    }
    return argument
}
