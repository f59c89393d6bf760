/// Memory of a fixed size, 64-byte aligned, that lives as long as anything that shares it.
///
/// Unchecked because who shares it takes care: a tensor is written only by its maker, before anybody else sees it, and
/// a frozen network's threads write disjoint rows.
@safe package final class Storage: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    /// The size in bytes.
    let bytes: Int

    package init(bytes: Int) {
        precondition(bytes >= 0, "storage of \(bytes) bytes")
        self.bytes = bytes
        unsafe pointer = MemoryReuse.allocate(bytes)
    }

    deinit {
        unsafe MemoryReuse.free(pointer, bytes)
    }
}
