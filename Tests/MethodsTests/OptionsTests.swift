import Compiled
import Foundation
import Methods
import Networks
import TestSupport
import Testing

/// Values of settings: presets, names, ranges, files.
struct OptionsTests {
    /// A schema of every kind of value.
    private struct Example: OptionSchema {
        enum Preset: String, CaseIterable { case calm, quick }
        enum Gait: String, SettingValue, CaseIterable { case walk, trot, canter }

        let stepLength = Setting<Float>(0.5, [.quick: 0.75], in: 0...2, unit: "metres", "Length.", source: "step 1")
        let steps = Setting(3, in: -1...10, "Steps.", source: "step 2")
        let gait = Setting(Gait.walk, [.quick: .canter], "Gait.", source: "step 3")
        let seed = Setting(7, "Seed.", source: "step 4")

        static let defaultPreset = Preset.calm
        static let prefix = "horse"
        static let declared = DeclaredSettings(Example())
    }

    private typealias ExampleOptions = Options<Example>

    @Test("names come from the properties, in their order")
    func names() {
        #expect(Example.declared.entries.map(\.name) == ["stepLength", "steps", "gait", "seed"])
        #expect(
            Example.declared.entries.map(\.commandName)
                == ["horse-step-length", "horse-steps", "horse-gait", "horse-seed"])
        #expect(DiTTASchema.declared.entries.first { $0.name == "learningRate" }?.commandName == "learning-rate")
    }

    @Test("a preset's own value stands in place of the common one")
    func presets() {
        let (calm, quick) = (ExampleOptions(), ExampleOptions(.quick))
        #expect((calm.stepLength, calm.steps, calm.gait, calm.seed) == (0.5, 3, .walk, 7))
        #expect((quick.stepLength, quick.steps, quick.gait, quick.seed) == (0.75, 3, .canter, 7))
        #expect(calm == ExampleOptions(.calm) && calm != quick)
        let defaults = Example.declared.entries.map(\.defaults)
        #expect(defaults == ["calm 0.5; quick 0.75", "3", "calm walk; quick canter", "7"])
    }

    @Test("ranges in words")
    func ranges() {
        let ranges = Example.declared.entries.map(\.setting.range)
        #expect(ranges == ["0 to 2", "-1 to 10", "walk, trot or canter", "0 or more"])
    }

    @Test("values are written by property and by name, and copies are their own")
    func writing() throws {
        var options = ExampleOptions()
        let before = options
        options.steps += 1
        try options.set("stepLength", to: "1.5")
        try options.set("horse-gait", to: "trot")
        try options.set("horse-seed", to: "18446744073709551615")
        #expect((options.stepLength, options.steps, options.gait, options.seed) == (1.5, 4, .trot, .max))
        #expect(before == ExampleOptions() && before != options)
    }

    @Test(
        "texts that are refused",
        arguments: [
            ("horse-steps", "11", "-1 to 10"), ("horse-steps", "-2", "-1 to 10"),
            ("horse-steps", "2.5", "a whole number, -1 to 10"), ("horse-steps", "", "a whole number, -1 to 10"),
            ("stepLength", "nan", "0 to 2"), ("stepLength", "inf", "0 to 2"), ("stepLength", "-0.1", "0 to 2"),
            ("stepLength", "far", "a number, 0 to 2"), ("horse-gait", "Walk", "walk, trot or canter"),
            ("horse-seed", "-1", "a whole number, 0 or more"),
        ])
    func refusedTexts(name: String, text: String, expected: String) {
        var options = ExampleOptions()
        let error = #expect(throws: OptionError.self) { try options.set(name, to: text) }
        #expect(error.map(String.init(describing:)) == "\(name) is \(text): expected \(expected)")
        #expect(options == ExampleOptions())
    }

    @Test("a name that none has is refused")
    func unknownName() {
        var options = ExampleOptions()
        let error = #expect(throws: OptionError.self) { try options.set("step-lenght", to: "1") }
        #expect(
            error?.description == "step-lenght is unknown: expected one of horse-step-length, horse-steps, "
                + "horse-gait, horse-seed")
    }

    @Test("values written by property are checked when asked")
    func validation() throws {
        var options = DiTTAOptions()
        try options.validate()
        options.momentum = 2
        let error = #expect(throws: OptionError.self) { try options.validate() }
        #expect(error?.description == "momentum is 2: expected 0 to 1")
        options.momentum = .nan
        #expect(throws: OptionError.self) { try options.validate() }
    }

    @Test("what works with options refuses those out of range before it begins")
    func checkedWhereUsed() throws {
        let frame = handMadeFrame(width: 32, height: 32, classes: 2) { _, _ in (0, 0.9) }
        var affinity = AffinityOptions()
        affinity.matches = 0
        #expect(throws: OptionError.self) { try AffinityTeacher(affinity) }
        let teacher = try AffinityTeacher()
        var options = DiTTAOptions()
        options.promptDilation = -1
        #expect(throws: OptionError.self) {
            try PseudoLabels([frame], teacher: teacher, options: options, progress: { _ in })
        }
        options = .paper
        options.windowRadius = 16
        let source = SourceModel(try SegFormer(path: shippedModel), width: 32, height: 32, precision: .fp32)
        #expect(throws: OptionError.self) {
            try adapt(source, to: [], teaching: [], options: options, progress: { _, _ in })
        }
    }

    @Test("presets are within their ranges")
    func presetsAreValid() throws {
        for preset in DiTTASchema.Preset.allCases { try DiTTAOptions(preset).validate() }
        try AffinityOptions().validate()
    }

    @Test("files hold all values by name, and give them back")
    func files() throws {
        var options = ExampleOptions(.quick)
        options.seed = .max
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(options)
        let text = #"{"gait":"canter","seed":18446744073709551615,"stepLength":0.75,"steps":3}"#
        #expect(String(decoding: data, as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(ExampleOptions.self, from: data) == options)
    }

    @Test("what a file does not name is the default preset's")
    func partialFile() throws {
        let options = try JSONDecoder().decode(ExampleOptions.self, from: Data(#"{"steps":9}"#.utf8))
        #expect((options.stepLength, options.steps, options.gait, options.seed) == (0.5, 9, .walk, 7))
    }

    @Test(
        "files that are refused",
        arguments: [
            (#"{"step":9}"#, "step is unknown: expected one of stepLength, steps, gait, seed"),
            (#"{"horse-steps":9}"#, "horse-steps is unknown: expected one of stepLength, steps, gait, seed"),
            (#"{"steps":11}"#, "steps is 11: expected -1 to 10"),
            (#"{"steps":2.5}"#, "steps is something else: expected a whole number, -1 to 10"),
            (#"{"steps":null}"#, "steps is something else: expected a whole number, -1 to 10"),
            (#"{"gait":"Walk"}"#, "gait is something else: expected walk, trot or canter"),
        ])
    func refusedFiles(file: String, message: String) {
        let error = #expect(throws: OptionError.self) {
            try JSONDecoder().decode(ExampleOptions.self, from: Data(file.utf8))
        }
        #expect(error?.description == message)
    }
}
