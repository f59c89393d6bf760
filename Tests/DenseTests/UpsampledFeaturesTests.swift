import Compiled
import Dense
import Foundation
import Raster
import Tensors
import TestSupport
import Testing

/// Upsampled features without full-resolution features, against full-resolution features.
struct ContrastTests {
    /// Bilinear in one step, as features are; one cell, one row and one column have neighbours on no side or one.
    static let cases = [
        DenseCase(grid: (1, 1), frame: (2, 3), classes: 4), DenseCase(grid: (1, 4), frame: (3, 9), classes: 5),
        DenseCase(grid: (5, 1), frame: (11, 4), classes: 3), DenseCase(grid: (3, 4), frame: (3, 4), classes: 6),
        DenseCase(grid: (4, 5), frame: (13, 17), classes: 7), DenseCase(grid: (6, 7), frame: (4, 3), classes: 19),
    ]

    static let objects = 3

    private func features(_ test: DenseCase) -> Tensor { unitRows(test.logits(1, bound: 1)).rows }

    private func prototypes(_ test: DenseCase) -> Tensor {
        var random = RandomNumbers(seed: 2)
        return unitRows(random.uniform([Self.objects, test.classes], bound: 1)).rows
    }

    /// Objects at random in the frame's upper two thirds: with the larger grids, the lowest cells are under no mask.
    private func mask(_ test: DenseCase) -> LabelMap {
        var random = RandomNumbers(seed: 3)
        let pixels = test.frame.height * test.frame.width
        let mask = (0..<pixels).map { pixel -> UInt16 in
            let object = random.next() % UInt64(Self.objects + 1)
            return object < Self.objects && pixel < pixels * 2 / 3 ? UInt16(object) : noLabel
        }
        return LabelMap(width: test.frame.width, height: test.frame.height, labels: [2] + mask.dropFirst())
    }

    /// The cells under the mask, and their features upsampled.
    private func upsampled(
        _ features: Tensor, _ mask: LabelMap, _ test: DenseCase
    ) -> (cells: CellSubset, features: UpsampledFeatures) {
        let cells = CellSubset(under: mask, test.resampling)
        return (cells, UpsampledFeatures(cells.gather(features), at: cells, test.resampling))
    }

    @Test("cells under a mask are those that its pixels sample", arguments: cases)
    func cells(test: DenseCase) {
        let mask = mask(test)
        let cells = CellSubset(under: mask, test.resampling)
        let numbers = Tensor(
            (0..<test.grid.height * test.grid.width).map(Float.init), [test.grid.height, test.grid.width, 1])
        let chosen = Set(cells.gather(numbers).values)
        for cell in numbers.values {
            let single = numbers.values.map { $0 == cell ? 1.0 : 0 }
            let one = DenseCase(grid: test.grid, frame: test.frame, classes: 1)
            let seen = zip(one.upsampled(single), mask.labels).contains { $0[0] > 0 && $1 != noLabel }
            #expect(chosen.contains(cell) == seen, "cell \(cell)")
        }
        let sum = Tensor(zeros: numbers.shape)
        cells.scatter(cells.gather(numbers), addingTo: sum)
        cells.scatter(cells.gather(numbers), addingTo: sum)
        #expect(sum.values == numbers.values.map { chosen.contains($0) ? 2 * $0 : 0 })
    }

    private func normalized(_ x: [Double]) -> [Double] {
        let norm = dot(x, x).squareRoot()
        return x.map { $0 / norm }
    }

    @Test("weighted sums over objects", arguments: cases)
    func weightedSums(test: DenseCase) {
        var random = RandomNumbers(seed: 4)
        let weight = random.uniform([test.frame.height, test.frame.width], bound: 1)
        let features = features(test)
        let mask = mask(test)
        var expected = [Double](repeating: 0, count: Self.objects * test.classes)
        for (pixel, feature) in test.upsampled(features.doubles).map(normalized).enumerated()
        where mask.labels[pixel] != noLabel {
            for c in 0..<test.classes {
                expected[Int(mask.labels[pixel]) * test.classes + c] += weight.doubles[pixel] * feature[c]
            }
        }
        let found = upsampled(features, mask, test).features
            .weightedSums(of: mask, weight: weight, objects: Self.objects)
        // Sums over up to some 70 pixels; a small norm, of cells that point apart, is less exact.
        expectClose(found, Tensor(rounding: expected, [Self.objects, test.classes]), absolute: 2e-5)
    }

    private func loss(_ test: DenseCase, _ features: [Double], _ mask: LabelMap, _ prototypes: Tensor) -> Double {
        let values = prototypes.doubles
        var sum = 0.0
        for (pixel, feature) in test.upsampled(features).map(normalized).enumerated()
        where mask.labels[pixel] != noLabel {
            let cosines = (0..<prototypes.rows).map {
                dot(feature, row(values, $0, prototypes.columns))
            }
            sum -= log(softmax(cosines)[Int(mask.labels[pixel])])
        }
        return sum
    }

    @Test("contrast and its gradient on the sphere", arguments: cases)
    func contrast(test: DenseCase) {
        let (features, prototypes, mask) = (features(test), prototypes(test), mask(test))
        let (cells, upsampled) = upsampled(features, mask, test)
        let (loss, found) = upsampled.contrast(mask, prototypes, scale: 0.5)
        let expected = 0.5 * self.loss(test, features.doubles, mask, prototypes)
        // Each pixel's loss of about 1 is rounded by some 1e-7.
        #expect(abs(loss - expected) < 1e-6 * Double(mask.labels.count))
        // The kernel takes features to have unit length, so its gradient holds along the sphere only: through unitRows.
        let (unit, norms) = unitRows(upsampled.features)
        unitRowsBackward(found, rows: unit, norms: norms)
        let gradient = Tensor(zeros: features.shape)
        cells.scatter(found, addingTo: gradient)
        // Each cell sums up to some 20 pixels, whose norms divide by as little as 0.2.
        expectGradient(gradient, at: features, absolute: 2e-5) { point in
            self.loss(test, unitRows(point, columns: test.classes), mask, prototypes) * 0.5
        }
    }

    @Test("opposite neighbours, whose sample vanishes between them, give finite numbers")
    func vanishing() {
        let features = Tensor([1, 0, -1, 0], [1, 2, 2])
        let upsampling = Resampling.bilinear((1, 2), (1, 3))
        let one = LabelMap(width: 3, height: 1, repeating: 0)
        let upsampled = UpsampledFeatures(features, at: CellSubset(under: one, upsampling), upsampling)
        let sums = upsampled.weightedSums(of: one, weight: Tensor([1, 1, 1], [1, 3]), objects: 1)
        #expect(sums.values.allSatisfy { $0.isFinite })
        let two = LabelMap(width: 3, height: 1, labels: [0, 1, 0])
        let (loss, gradient) = upsampled.contrast(two, Tensor([1, 0, 0, 1], [2, 2]), scale: 1)
        #expect(loss.isFinite && gradient.values.allSatisfy { $0.isFinite })
    }

    @Test("a mask without objects has no loss")
    func noObjects() {
        let test = Self.cases[4]
        let mask = LabelMap(width: 17, height: 13, repeating: noLabel)
        let (loss, gradient) = upsampled(features(test), mask, test).features
            .contrast(mask, prototypes(test), scale: 1)
        #expect(loss == 0)
        #expect(gradient.shape == [0, test.classes])
    }
}
