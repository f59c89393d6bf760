import Tensors
import Testing

/// The sequence that seeds stand for.
struct RandomNumbersTests {
    @Test("SplitMix64's published sequence")
    func sequence() {
        var random = RandomNumbers(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in random.next() } == expected)
    }

    @Test("units lie in [0, 1) and are spread evenly")
    func units() {
        var random = RandomNumbers(seed: 1)
        let units = (0..<100_000).map { _ in random.unit() }
        #expect(units.allSatisfy { (0..<1).contains($0) })
        // A hundred bins of 1,000 with a deviation of 31: beyond 5 deviations lies one bin in two million.
        var bins = [Int](repeating: 0, count: 100)
        for unit in units { bins[Int(unit * 100)] += 1 }
        #expect(bins.allSatisfy { abs($0 - 1000) < 160 })
    }

    @Test("a tensor is drawn in order, within its bound")
    func tensor() {
        var (random, again) = (RandomNumbers(seed: 2), RandomNumbers(seed: 2))
        let tensor = random.uniform([5, 40], bound: 0.25)
        #expect(tensor.shape == [5, 40])
        #expect(tensor.values == (0..<200).map { _ in (again.unit() * 2 - 1) * 0.25 })
        #expect(tensor.values.allSatisfy { (-0.25..<0.25).contains($0) })
        #expect(Set(tensor.values).count > 190)
    }
}
