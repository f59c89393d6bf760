import COpenBLAS
import Foundation

/// The memory that OpenBLAS multiplies in: a buffer for each product that runs at a time.
///
/// OpenBLAS makes them when it needs them, keeps them, and where there is no memory for one it tries for ever. So all are made
/// before the first product, once it is known that there is memory for them.
package enum ProductBuffers {
    /// All of them, in bytes of address space; few of their pages are ever touched.
    package static var bytes: Int { count * size }

    /// `BUFFER_SIZE` in `common_x86_64.h` of OpenBLAS 0.3; other processors have smaller ones.
    private static let size = 128 << 20

    /// No more threads than there are cores multiply at a time.
    private static var count: Int { min(Parallel.workers, ProcessInfo.processInfo.activeProcessorCount) }

    /// Makes them, or ends the program with a sentence.
    static func reserve() {
        let count = count
        let (pages, access) = (count * size, PROT_READ | PROT_WRITE)
        guard let memory = unsafe mmap(nil, pages, access, MAP_PRIVATE | MAP_ANON, -1, 0), unsafe memory != MAP_FAILED
        else { endForMemory("\(pages) bytes of OpenBLAS' buffers") }
        unsafe munmap(memory, pages)
        let buffers = unsafe (0..<count).map { _ in unsafe blas_memory_alloc(0) }
        unsafe buffers.forEach { unsafe blas_memory_free($0) }
    }
}
