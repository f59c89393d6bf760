import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// The decode head's fused map, row by row.
struct FusedRowTests {
    @Test("a row of the fused map", arguments: precisions)
    func fusion(precision: Precision) {
        var random = RandomNumbers(seed: 6)
        let (height, width, channels) = (8, 16, 70)
        let base = random.uniform([height, width, channels], bound: 1)
        let maps = [(4, 8), (2, 4), (1, 2)].map { random.uniform([$0.0, $0.1, channels], bound: 1) }
        let upsamplings = maps.map { Resampling.bilinear(($0.shape[0], $0.shape[1]), (height, width)) }
        let expected = sum([base] + zip(upsamplings, maps).map { $0($1) })
        rectify(expected)
        for y in [0, 3, 7] {
            let out = matrix(width, channels, precision)
            fuseRow(
                y, base: matrix(base.part(y, width, channels)),
                maps: zip(maps, upsamplings).map { (Matrix($0, rows: $0.rows), $1) }, lines: matrix(14, channels),
                into: out)
            expectClose(
                tensor(out), expected.part(y, width, channels), absolute: 1e-6, relative: precision.rounding)
        }
    }
}
