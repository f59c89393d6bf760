import CKernels

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
