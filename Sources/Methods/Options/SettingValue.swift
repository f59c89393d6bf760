/// What a setting can hold: a number, or one of a few words.
package protocol SettingValue: Sendable, Codable, Equatable {
    /// The value of what a person typed; nil where that is none.
    init?(text: String)
    /// The value as a person types it.
    var text: String { get }
    /// What a number's text must be, such as "a whole number".
    static var kind: String { get }
    /// All that can be typed, where that is a few words; else empty.
    static var words: [String] { get }
}

extension SettingValue {
    package static var words: [String] { [] }
}

extension Float: SettingValue {
    package init?(text: String) { self.init(text) }

    package var text: String { description.hasSuffix(".0") ? String(description.dropLast(2)) : description }

    package static var kind: String { "a number" }
}

extension Int: SettingValue {
    package init?(text: String) { self.init(text) }

    package var text: String { description }

    package static var kind: String { "a whole number" }
}

extension UInt64: SettingValue {
    package init?(text: String) { self.init(text) }

    package var text: String { description }

    package static var kind: String { "a whole number" }
}

/// Words are the cases of an enumeration.
extension SettingValue where Self: RawRepresentable<String> & CaseIterable {
    package init?(text: String) { self.init(rawValue: text) }

    package var text: String { rawValue }

    package static var kind: String { "a word" }

    package static var words: [String] { allCases.map(\.rawValue) }
}
