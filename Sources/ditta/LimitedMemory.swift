import DittaKit
import Foundation

/// Starts the program anew with OpenBLAS on one thread, if its address space is limited and that was not said.
///
/// OpenBLAS makes a thread for every core as soon as it is loaded, each maps 128 MiB, and one that finds no room tries for ever, so
/// that the program's end, which waits for it, never comes. How many it makes can be said in the environment only. Nothing is lost:
/// ditta splits products itself.
func restartInLimitedMemory() {
    let name = "OPENBLAS_NUM_THREADS"
    guard AddressSpace.limit != nil, ProcessInfo.processInfo.environment[name] != "1",
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return }
    unsafe setenv(name, "1", 1)
    // Where that fails, it goes on as it is.
    unsafe execv(program, CommandLine.unsafeArgv)
}
