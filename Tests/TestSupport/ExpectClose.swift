package import Tensors
package import Testing

/// Expects two arrays to agree: first in shape, then in every value within `absolute + relative · |expected|`.
///
/// The failure names the worst element with both values.
package func expectClose(
    _ actual: Tensor, _ expected: Tensor, absolute: Float = 0, relative: Float = 0, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("\(what) shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    let (a, b) = (actual.values, expected.values)
    let excess = a.indices.map { index in
        let error = abs(a[index] - b[index]) - absolute - relative * abs(b[index])
        return error.isNaN ? Float.infinity : error
    }
    guard let worst = excess.indices.max(by: { excess[$0] < excess[$1] }), excess[worst] > 0 else { return }
    let failures = excess.count { $0 > 0 }
    Issue.record(
        "\(what) \(failures) of \(a.count) values differ; worst at \(worst): \(a[worst]), expected \(b[worst])",
        sourceLocation: sourceLocation)
}
