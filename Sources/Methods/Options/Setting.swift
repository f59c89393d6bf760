/// A setting of any kind of value.
package protocol AnySetting<Preset>: AnyObject, Sendable {
    /// The presets of the schema it is of.
    associatedtype Preset: Hashable & Sendable

    /// What is allowed: "0 to 1", "nothing or label".
    var range: String { get }
    /// What a number counts or measures; empty for a bare number and for words.
    var unit: String { get }
    /// What it is, in one sentence.
    var help: String { get }
    /// Where it is defined: a step of docs/method.md, another page, a paper.
    var source: String { get }
    /// What a number's text must be, such as "a whole number".
    var kind: String { get }
    /// All that can be typed, where that is a few words; else empty.
    var words: [String] { get }

    /// A preset's value.
    func value(_ preset: Preset) -> any SettingValue
    /// The value of what a person typed, allowed or not; nil where that is none.
    func value(of text: String) -> (any SettingValue)?
    /// The value that a file holds, allowed or not; throws where that is none.
    func value(from decoder: any Decoder) throws -> any SettingValue
    /// Whether the range holds a value, as it never does of what is not finite.
    func allows(_ value: any SettingValue) -> Bool
    /// Whether two values of this setting are the same.
    func equal(_ first: any SettingValue, _ second: any SettingValue) -> Bool
}

/// One number of a method, or a choice among words, declared once: values, checks, reports, the command line and
/// docs/options.md all come from here.
///
/// Its name is that of the schema's property that holds it.
package final class PresetSetting<Preset: Hashable & Sendable, Value: SettingValue>: AnySetting {
    private let standard: Value
    private let presets: [Preset: Value]
    private let contains: @Sendable (Value) -> Bool
    package let range, unit, help, source: String

    /// A number within bounds.
    ///
    /// - Parameters:
    ///   - standard: the value of all presets that have none of their own.
    ///   - presets: those that have.
    ///   - range: what is allowed, of finite bounds.
    ///   - unit: what it counts or measures, in the plural.
    ///   - help: what it is, in one sentence.
    ///   - source: where it is defined.
    package init(
        _ standard: Value, _ presets: [Preset: Value] = [:], in range: ClosedRange<Value>, unit: String = "",
        _ help: String, source: String
    ) where Value: Comparable {
        (self.standard, self.presets) = (standard, presets)
        contains = { range.contains($0) }
        self.range = "\(range.lowerBound.text) to \(range.upperBound.text)"
        (self.unit, self.help, self.source) = (unit, help, source)
    }

    /// A seed: any whole number.
    package init(_ standard: Value, _ help: String, source: String) where Value == UInt64 {
        (self.standard, presets) = (standard, [:])
        contains = { _ in true }
        range = "0 or more"
        (unit, self.help, self.source) = ("", help, source)
    }

    /// One of a few words.
    package init(_ standard: Value, _ presets: [Preset: Value] = [:], _ help: String, source: String)
    where Value: CaseIterable {
        (self.standard, self.presets) = (standard, presets)
        contains = { _ in true }
        range = Value.words.dropLast().joined(separator: ", ") + " or " + (Value.words.last ?? "")
        (unit, self.help, self.source) = ("", help, source)
    }

    package var kind: String { Value.kind }

    package var words: [String] { Value.words }

    package func value(_ preset: Preset) -> any SettingValue { presets[preset] ?? standard }

    package func value(of text: String) -> (any SettingValue)? { Value(text: text) }

    package func value(from decoder: any Decoder) throws -> any SettingValue { try Value(from: decoder) }

    package func allows(_ value: any SettingValue) -> Bool { (value as? Value).map(contains) ?? false }

    package func equal(_ first: any SettingValue, _ second: any SettingValue) -> Bool {
        first as? Value == second as? Value
    }
}
