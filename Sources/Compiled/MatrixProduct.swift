import COneDNN
import Tensors

/// A matrix product of constant extents, compiled by oneDNN: out = x · w (+ bias) (+ out).
///
/// Each runs on its caller's thread alone; the rows are split by `parallelTiles`. Unchecked because the handles of x and out
/// are a worker's own, and a compiled network runs one frame at a time.
@safe package final class MatrixProduct: @unchecked Sendable {
    /// What is constant.
    package struct Shape: Hashable, Sendable {
        /// Rows of x and out.
        package var rows: Int
        /// Columns of x, rows of w.
        package var inputs: Int
        /// Columns of w and out.
        package var outputs: Int
        /// The numbers of x and w.
        package var precision: Precision
        /// The numbers of out.
        package var result: Precision
        /// Whether a bias `[outputs]` is added.
        package var hasBias: Bool
        /// Whether the product is added to what out holds.
        package var accumulates: Bool
        /// Whether what is negative then becomes 0 (ReLU).
        package var rectifies: Bool
    }

    /// What is constant.
    package let shape: Shape
    let layout: ditta_layout
    /// The layout of the bias, if it has one.
    var biasLayout: ditta_layout? { unsafe dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 1) }
    private let primitive: dnnl_primitive_t
    private let description: dnnl_primitive_desc_t
    private let workers: [Worker]

    /// What oneDNN needs of one thread: handles whose addresses are set before each product.
    @safe private struct Worker {
        let stream: dnnl_stream_t
        let x, out, scratch: dnnl_memory_t
        let scratchStorage: Storage
    }

    /// Compiles a product; `like` makes it take the weights of another one.
    init(_ shape: Shape, like other: MatrixProduct? = nil) {
        self.shape = shape
        OneDNN.prepareThread()
        let description = unsafe OneDNN.make("product of \(shape)") { out in
            unsafe ditta_describe_product(
                out,
                ditta_product_shape(
                    rows: Int64(shape.rows), inputs: Int64(shape.inputs), outputs: Int64(shape.outputs),
                    type: shape.precision.dnnl, result: shape.result.dnnl, has_bias: shape.hasBias ? 1 : 0,
                    accumulates: shape.accumulates ? 1 : 0,
                    rectifies: shape.rectifies ? 1 : 0), other?.layout, OneDNN.engine)
        }
        unsafe self.description = description
        unsafe layout = dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0)
        unsafe primitive = OneDNN.make("primitive") { unsafe dnnl_primitive_create($0, description) }
        workers = (0..<Parallel.workers).map { _ in
            func memory(_ what: dnnl_query_t, _ address: UnsafeMutableRawPointer?) -> dnnl_memory_t {
                let layout = unsafe dnnl_primitive_desc_query_md(description, what, 0)
                return unsafe OneDNN.make("memory") { unsafe dnnl_memory_create($0, layout, OneDNN.engine, address) }
            }
            let size = unsafe dnnl_memory_desc_get_size(
                dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0))
            let scratch = Storage(bytes: size)
            return unsafe Worker(
                stream: OneDNN.makeStream(), x: memory(dnnl_query_src_md, nil), out: memory(dnnl_query_dst_md, nil),
                scratch: memory(dnnl_query_scratchpad_md, scratch.pointer), scratchStorage: scratch)
        }
    }

    deinit {
        for worker in workers {
            unsafe dnnl_memory_destroy(worker.x)
            unsafe dnnl_memory_destroy(worker.out)
            unsafe dnnl_memory_destroy(worker.scratch)
            unsafe dnnl_stream_destroy(worker.stream)
        }
        unsafe dnnl_primitive_destroy(primitive)
        unsafe dnnl_primitive_desc_destroy(description)
    }

    /// Computes out from x `[rows, inputs]`, as one of the threads of `parallelTiles`.
    package func callAsFunction(_ x: Matrix, _ weights: PackedMatrix, into out: Matrix, worker index: Int) {
        precondition(
            x.rows == shape.rows && x.columns == shape.inputs && x.precision == shape.precision
                && out.rows == shape.rows && out.columns == shape.outputs && out.precision == shape.result,
            "\(x.rows)×\(x.columns) into \(out.rows)×\(out.columns) by a product of \(shape)")
        let worker = workers[index]
        unsafe dnnl_memory_set_data_handle(worker.x, x.pointer)
        unsafe dnnl_memory_set_data_handle(worker.out, out.pointer)
        // A tuple, because an array would be allocated anew for every product.
        var arguments = unsafe (
            dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: worker.x),
            dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: weights.memory),
            dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: worker.out),
            dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: worker.scratch),
            dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: weights.bias)
        )
        let count: Int32 = shape.hasBias ? 5 : 4
        let status = unsafe withUnsafePointer(to: &arguments) { pointer in
            unsafe pointer.withMemoryRebound(to: dnnl_exec_arg_t.self, capacity: 5) {
                unsafe dnnl_primitive_execute(primitive, worker.stream, count, $0)
            }
        }
        precondition(status == dnnl_success, "product of \(shape) failed with status \(status.rawValue)")
    }
}
