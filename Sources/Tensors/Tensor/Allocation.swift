import CKernels

/// Keeps memory that is freed for the next frame, instead of giving it back to the system.
///
/// For the start of a program: threads that are there already keep their ways.
package func keepFreedMemory() {
    ditta_keep_freed_memory()
}

/// Gives memory that is freed and was kept so far back to the system: for the end of what needed much.
package func giveBackFreedMemory() {
    ditta_give_back_freed_memory()
}
