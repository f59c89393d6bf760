package import Compiled
package import Tensors

/// The precisions this processor computes in.
package let precisions = Precision.allCases.filter(\.isSupported)

/// A matrix of its own in a precision, with a tensor's values rounded to it, or zeros.
package func matrix(_ tensor: Tensor, _ precision: Precision = .fp32) -> Matrix {
    let result = matrix(tensor.rows, tensor.columns, precision)
    convert(Matrix(tensor, rows: tensor.rows), into: result)
    return result
}

package func matrix(_ rows: Int, _ columns: Int, _ precision: Precision = .fp32) -> Matrix {
    var plan = WorkspacePlan()
    let slot = plan.slot(rows, columns, precision)
    let result = slot(in: plan.allocate())
    convert(Matrix(Tensor(zeros: [rows, columns]), rows: rows), into: result)
    return result
}

/// A matrix's values.
package func tensor(_ matrix: Matrix) -> Tensor {
    let result = Tensor(zeros: [matrix.rows, matrix.columns])
    convert(matrix, into: Matrix(result, rows: matrix.rows))
    return result
}

/// Values as a precision holds them.
package func rounded(_ tensor: Tensor, _ precision: Precision) -> Tensor {
    Tensor(tensor.values.map { precision == .fp32 ? $0 : bfloat16($0) }, tensor.shape)
}

/// The nearest number with eight bits of mantissa.
private func bfloat16(_ x: Float) -> Float {
    Float(bitPattern: (x.bitPattern &+ 0x8000) & 0xffff_0000)
}

extension Precision {
    /// Half the distance between neighbouring numbers, relative to them.
    package var rounding: Float { self == .fp32 ? 6e-8 : 1.0 / 256 }
}
