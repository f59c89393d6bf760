import CKernels
import Foundation

/// Keeps memory that is freed for the next frame, instead of giving it back to the system.
///
/// To be called before other threads start: the setting does not reach the allocators of threads that already run.
package func keepFreedMemory() {
    ditta_keep_freed_memory()
}

/// Gives memory that is freed and was kept so far back to the system: for the end of what needed much.
package func giveBackFreedMemory() {
    ditta_give_back_freed_memory()
}

/// Ends the program with a sentence: nothing goes on without memory, and no file has its name before it is whole.
package func endForMemory(_ what: String) -> Never {
    let text = "Error: there is no memory for \(what); close other programs or give a smaller --fit\n"
    // Not by Foundation, which traps where the standard error is full or closed.
    _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    _exit(1)
}
