/// Memory of a fixed size, 64-byte aligned, that lives as long as anything that shares it.
///
/// Unchecked because who shares it takes care: a tensor is written only by its maker, before anybody else sees it, and
/// a compiled network's threads write disjoint rows.
@safe package final class Storage: @unchecked Sendable {
    /// The first byte, for kernels; valid as long as the storage lives.
    package let pointer: UnsafeMutableRawPointer
    /// The size in bytes.
    package let bytes: Int

    package init(bytes: Int) {
        precondition(bytes >= 0, "storage of \(bytes) bytes")
        self.bytes = bytes
        unsafe pointer = StorageReuse.allocate(bytes)
    }

    deinit {
        unsafe StorageReuse.free(pointer, bytes)
    }
}
