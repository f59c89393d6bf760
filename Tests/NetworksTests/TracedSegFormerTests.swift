import Checkpoints
import Dense
import Foundation
import Networks
import Raster
import Tensors
import TestSupport
import Testing
import Training

/// SegFormer on the tape against transformers' gradients; Golden/make_gradients.py made them in double precision.
struct TracedSegFormerTests {
    private func model(_ name: String) throws -> SegFormer {
        try SegFormer(path: #require(Bundle.module.resourcePath) + "/Golden/" + name)
    }

    /// One step: the loss of an input's labels, and the gradients of what is tracked.
    private func step(
        _ model: SegFormer, _ input: Tensor, _ targets: LabelMap, _ normalization: DecodeHead.Normalization,
        tracking parameters: ParameterSet
    ) -> Tape {
        let tape = Tape(tracking: parameters)
        let features = model.encoder.traced(tape.constant(input), on: tape)
        let head = model.decodeHead.traced([features], normalization: normalization, on: tape)
        let logits = head.logits[0]
        let size = (height: input.shape[0], width: input.shape[1])
        let dense = DenseLogits(logits.value, .bilinear((logits.shape[0], logits.shape[1]), size))
        let counted = targets.labels.count { $0 != noLabel }
        let (loss, gradient) = dense.crossEntropy(targets, scale: 1 / Float(counted))
        tape.record(loss: loss, gradient: gradient, of: logits)
        tape.backward()
        return tape
    }

    private func targets(_ golden: Scope) throws -> LabelMap {
        let targets = try golden.tensor("targets")
        return LabelMap(
            width: targets.shape[1], height: targets.shape[0],
            labels: targets.values.map { $0 == 255 ? noLabel : UInt16($0) })
    }

    @Test("the traced forward pass is the compiled one", arguments: ["small-b0", "small-b2", "small-b5"])
    func forward(name: String) throws {
        let model = try model(name)
        let input = try SegFormerParityTests.golden(name + "/golden.safetensors").tensor("input")
        let tape = Tape(tracking: [])
        let features = model.encoder.traced(tape.constant(input), on: tape)
        let logits = model.decodeHead.traced([features], normalization: .source, on: tape).logits[0]
        #expect(tape.count == 0)
        // fp32 sums in another order through some forty layers, as in the parity tests.
        expectClose(logits.value, SegFormerParityTests.logits(model, input), absolute: 1e-3)
    }

    @Test(
        "gradients of every parameter",
        arguments: ["small-b0", "small-b2"], [("batch", DecodeHead.Normalization.batch), ("stored", .source)])
    func gradients(name: String, norm: (String, DecodeHead.Normalization)) throws {
        let model = try model(name)
        let golden = try SegFormerParityTests.golden(name + "/gradients.safetensors")
        let parameters = model.parameters
        let tape = step(
            model, try golden.tensor("input"), try targets(golden), norm.1, tracking: parameters)
        let expected = golden[norm.0]
        // Losses of size 2 whose logits are off by some 1e-5.
        #expect(abs(tape.loss - Double(try expected.tensor("loss").values[0])) < 2e-5)
        var worst: (error: Float, name: String) = (0, "")
        for parameter in parameters.parameters {
            let kept = try expected.tensor(parameter.name).values
            let (sum, product, largest) = (kept[0], kept[1], kept[2])
            guard let own = tape.gradient(of: parameter.tensor) else {
                // Exactly 0: a key's bias, which softmax does not see.
                #expect(largest < 1e-15, "\(parameter.name) has no gradient")
                continue
            }
            let gradient = parameter.layout.published(own)
            let values = gradient.values
            guard largest >= 1e-15 else {
                // What batch statistics remove: sums of gradients of size 1e-3 that cancel out.
                #expect(values.allSatisfy { abs($0) < 1e-7 }, "\(parameter.name)")
                continue
            }
            let stride = (values.count + 191) / 192
            let picked = Swift.stride(from: 0, to: values.count, by: stride).map { values[$0] }
            #expect(picked.count == kept.count - 3)
            let error = zip(picked, kept[3...]).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
            if error > worst.error { worst = (error, parameter.name) }
            // Sums of n values that are off by 1e-5 of the largest, in random directions.
            let root = Double(largest) * 1e-4 * Double(values.count).squareRoot()
            #expect(abs(gradient.doubles.reduce(0, +) - Double(sum)) < root, "\(parameter.name)")
            #expect(
                abs(dot(gradient.doubles, parameter.published.doubles) - Double(product)) < root, "\(parameter.name)")
        }
        // Some forty layers forwards and as many backwards in single precision.
        #expect(worst.error <= 1e-4, "\(worst.name)")
    }

    @Test("adapting norms works out no other gradients, and the head alone nothing of the encoder")
    func subsets() throws {
        let model = try model("small-b0")
        let golden = try SegFormerParityTests.golden("small-b0/gradients.safetensors")
        let (input, targets) = (try golden.tensor("input"), try targets(golden))
        let all = step(model, input, targets, .source, tracking: model.parameters)
        let norms = step(model, input, targets, .source, tracking: model.parameters.norms)
        for parameter in model.parameters.parameters {
            let gradient = norms.gradient(of: parameter.tensor)
            #expect(gradient?.values == (parameter.isNorm ? all.gradient(of: parameter.tensor)?.values : nil))
        }
        func numbers(_ tape: Tape) -> Int {
            model.parameters.tensors.reduce(0) { $0 + (tape.gradient(of: $1)?.count ?? 0) }
        }
        #expect(numbers(norms) == model.parameters.norms.tensors.reduce(0) { $0 + $1.count })
        #expect(numbers(norms) * 20 < numbers(all))

        func operations(_ parameters: ParameterSet) -> Int {
            let tape = Tape(tracking: parameters)
            let features = model.encoder.traced(tape.constant(input), on: tape)
            _ = model.decodeHead.traced([features], normalization: .source, on: tape)
            return tape.count
        }
        // The fusion and the classifier; and of the encoder all but the patches before the first norm.
        #expect(operations(model.parameters.under("decode_head.")) == 2)
        #expect(operations(model.parameters.norms) == operations(model.parameters) - 1)
    }

    @Test("names and shapes are those of the checkpoint")
    func names() throws {
        let model = try model("small-b2")
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/small-b2"
        let file = try openTensorFile(folder + "/model.safetensors")
        let published = model.parameters.parameters + model.statistics
        #expect(Set(published.map(\.name)) == file.names.filter { !$0.hasSuffix("num_batches_tracked") })
        for parameter in published {
            let stored = try #require(try file.tensor(parameter.name))
            #expect(parameter.published.shape == stored.shape && parameter.published.values == stored.values)
        }
    }

    @Test("a network that was written is read again")
    func writing() throws {
        let folder = try #require(Bundle.module.resourcePath) + "/Golden/small-b0"
        let model = try SegFormer(path: folder)
        try withTemporaryFolder { copy in
            try FileManager.default.copyItem(atPath: folder + "/config.json", toPath: copy + "/config.json")
            let published = (model.parameters.parameters + model.statistics).map { ($0.name, $0.published) }
            try writeSafetensors(published, to: copy + "/model.safetensors")
            let read = try SegFormer(path: copy)
            #expect(read.parameters.tensors.map(\.values) == model.parameters.tensors.map(\.values))
            #expect(read.decodeHead.runningVariance.values == model.decodeHead.runningVariance.values)
        }
    }
}
