import Compiled
import Tensors
import Testing

/// Shapes, parts and copies.
struct TensorTests {
    @Test("rows and columns of every rank")
    func shapes() {
        let map = Tensor((0..<24).map(Float.init), [2, 3, 4])
        #expect([map.count, map.rows, map.columns] == [24, 6, 4])
        let scalar = Tensor([7], [])
        #expect([scalar.count, scalar.rows, scalar.columns] == [1, 1, 1])
        let empty = Tensor([], [3, 0])
        #expect([empty.count, empty.rows, empty.columns] == [0, 0, 0])
        #expect(Tensor(zeros: [2, 2]).values == [0, 0, 0, 0])
    }

    @Test("parts and other shapes share the values, copies do not")
    func sharing() {
        let map = Tensor((0..<24).map(Float.init), [2, 3, 4])
        let last = map.part(1, 3, 4)
        #expect(last.values == (12..<24).map(Float.init))
        #expect(last.part(2, 4).values == [20, 21, 22, 23])
        #expect(map.parts.map(\.shape) == [[3, 4], [3, 4]] && map.parts[1].values == last.values)
        #expect(map.reshaped(4, 6).shape == [4, 6])
        let copy = map.copy()
        add(Tensor([Float](repeating: 1, count: 12), [3, 4]), to: last)
        #expect(map.reshaped(24).values[12...] == ArraySlice((13..<25).map(Float.init)))
        #expect(copy.values == (0..<24).map(Float.init))
    }

    @Test("stacked parts lie one after the other")
    func stacking() {
        let both = stacked([Tensor([1, 2], [2, 1]), Tensor([3, 4], [2, 1])])
        #expect(both.shape == [2, 2, 1])
        #expect(both.values == [1, 2, 3, 4])
    }

    @Test("joined columns lie side by side")
    func joining() {
        let joined = joinedColumns([Tensor([1, 2, 3, 4], [2, 1, 2]), Tensor([5, 6], [2, 1, 1])])
        #expect(joined.shape == [2, 1, 3])
        #expect(joined.values == [1, 2, 5, 3, 4, 6])
    }
}
