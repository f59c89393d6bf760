import Foundation
import Synchronization

/// As long as one lives, large memory that tensors give up is kept for the next ones of about their size.
///
/// A training step makes the same tensors again and again; given back each time, the system would clear every page of them
/// anew. When the last one goes, so does what is kept.
package final class StorageReuse: Sendable {
    private struct Kept {
        var users = 0
        var blocks: [Int: [Block]] = [:]
    }

    /// Memory that nobody uses, so that any thread may take it.
    @safe private struct Block: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private static let kept = Mutex(Kept())

    /// Blocks of at least so many bytes are kept for reuse (1 MiB).
    private static let threshold = 1 << 20

    /// Begins to keep what is given up.
    package init() {
        Self.kept.withLock { $0.users += 1 }
    }

    deinit {
        let blocks = Self.kept.withLock { kept -> [Block] in
            kept.users -= 1
            guard kept.users == 0 else { return [] }
            defer { kept.blocks = [:] }
            return kept.blocks.values.flatMap(\.self)
        }
        for block in blocks { unsafe Foundation.free(block.pointer) }
    }

    /// The number of bytes allocated for a request of `bytes`.
    ///
    /// Large requests are rounded up by at most one eighth, so that blocks of similar size can be reused for each
    /// other. Pages that are never written take no physical memory.
    private static func capacity(_ bytes: Int) -> Int {
        guard bytes >= threshold else { return max(bytes, 64) }
        let step = (1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)) / 8
        return (bytes + step - 1) / step * step
    }

    /// 64-byte aligned memory.
    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let size = capacity(bytes)
        if bytes >= threshold, let block = kept.withLock({ $0.blocks[size]?.popLast() }) {
            return unsafe block.pointer
        }
        // By the C library, which says when there is none: Swift's own allocation would trap.
        var pointer: UnsafeMutableRawPointer?
        guard unsafe posix_memalign(&pointer, 64, size) == 0, let memory = unsafe pointer else {
            endForMemory("\(size) bytes more")
        }
        return unsafe memory
    }

    /// Takes back memory of as many bytes as were asked for.
    static func free(_ pointer: UnsafeMutableRawPointer, _ bytes: Int) {
        let size = capacity(bytes)
        let block = unsafe Block(pointer: pointer)
        let isKept =
            bytes >= threshold
            && kept.withLock { kept in
                guard kept.users > 0 else { return false }
                kept.blocks[size, default: []].append(block)
                return true
            }
        if !isKept { unsafe Foundation.free(block.pointer) }
    }
}
