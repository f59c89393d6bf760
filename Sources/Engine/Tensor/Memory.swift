import CKernels

/// Keeps memory that is freed for the next frame, instead of giving it back to the system.
///
/// For the start of a program: threads that are there already keep their ways.
public func keepFreedMemory() {
    ditta_keep_freed_memory()
}
