// Rows and columns of matrices in double precision, by their definitions: what kernels are compared with.

/// The mean of numbers.
package func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

/// The mean squared distance of numbers from their mean.
package func variance(_ x: [Double]) -> Double {
    let center = mean(x)
    return mean(x.map { ($0 - center) * ($0 - center) })
}

/// A row of a matrix of so many columns.
package func row(_ values: [Double], _ index: Int, _ columns: Int) -> [Double] {
    Array(values[index * columns..<(index + 1) * columns])
}

/// A column of a matrix of so many columns.
package func column(_ values: [Double], _ index: Int, _ columns: Int) -> [Double] {
    stride(from: index, to: values.count, by: columns).map { values[$0] }
}

/// The rows of a matrix, each divided by its Euclidean length.
package func unitRows(_ x: [Double], columns: Int) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { start -> [Double] in
        let row = Array(x[start..<start + columns])
        let norm = dot(row, row).squareRoot()
        return row.map { $0 / norm }
    }
}
