import Tensors
import Testing

/// Memory that is kept from tensor to tensor.
struct StorageReuseTests {
    @Test("tensors of every size keep their own values while memory goes from one to the next")
    func values() {
        let memory = StorageReuse()
        var kept: [(tensor: Tensor, value: Float)] = []
        for step in 0..<40 {
            let count = [1, 1000, 262_144, 262_145, 300_000, 1 << 20][step % 6] + step
            let value = Float(step)
            kept.append((Tensor(Array(repeating: value, count: count), [count]), value))
            if kept.count > 5 { kept.removeFirst() }
            #expect(kept.allSatisfy { $0.tensor.values.allSatisfy(Set([$0.value]).contains) })
            #expect(Tensor(zeros: [count]).values.allSatisfy { $0 == 0 })
        }
        withExtendedLifetime(memory) {}
    }
}
