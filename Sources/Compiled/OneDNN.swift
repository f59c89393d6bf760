import COneDNN
import Tensors

/// The version of oneDNN.
package var oneDNNVersion: String {
    guard let version = unsafe dnnl_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
}

/// What all of oneDNN shares.
enum OneDNN {
    /// The processor.
    nonisolated(unsafe) static let engine: dnnl_engine_t = unsafe make("engine") {
        unsafe dnnl_engine_create($0, dnnl_cpu, 0)
    }

    /// Makes an object of oneDNN; it fails only for want of memory, or if the engine asks for something impossible.
    static func make<Object>(
        _ what: @autoclosure () -> String, _ body: (UnsafeMutablePointer<Object?>) -> dnnl_status_t
    ) -> Object {
        var object: Object?
        let status = unsafe body(&object)
        guard status == dnnl_success, let object else {
            if status == dnnl_out_of_memory { endForMemory("oneDNN's \(what())") }
            preconditionFailure("oneDNN made no \(what()): status \(status.rawValue)")
        }
        return object
    }

    static func makeStream() -> dnnl_stream_t {
        unsafe make("stream") { unsafe dnnl_stream_create($0, engine, UInt32(dnnl_stream_default_flags.rawValue)) }
    }

    /// Keeps oneDNN on the calling thread: the tiles are what is parallel.
    static func prepareThread() { ditta_start_no_threads() }
}
