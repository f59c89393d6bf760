/// Values of a schema's settings: `options.learningRate` reads and writes the setting of that name.
///
/// What is written is checked by `validate` only. In files it is an object of the settings' names and values.
@dynamicMemberLookup
package struct Options<Schema: OptionSchema>: Sendable, Equatable, Codable {
    /// In the order of declaration.
    private var values: [any SettingValue]

    /// A preset's values.
    package init(_ preset: Schema.Preset = Schema.defaultPreset) {
        values = Schema.declared.entries.map { $0.setting.value(preset) }
    }

    /// The value of a setting.
    ///
    /// It is looked up at every access: what a loop over cells needs is read before the loop.
    package subscript<Value: SettingValue>(dynamicMember path: KeyPath<Schema, Schema.Setting<Value>>) -> Value {
        get {
            guard let value = values[Schema.declared.index(path)] as? Value else {
                preconditionFailure("\(path) holds a value of another type")
            }
            return value
        }
        set { values[Schema.declared.index(path)] = newValue }
    }

    /// Checks every value.
    ///
    /// - Throws: if one is out of its setting's range.
    package func validate() throws(OptionError) {
        for (entry, value) in zip(Schema.declared.entries, values) where !entry.setting.allows(value) {
            throw OptionError(name: entry.name, found: value.text, expected: entry.setting.range)
        }
    }

    /// Sets what a person typed, by either of a setting's names: `learningRate` or `learning-rate`.
    ///
    /// - Throws: if there is no such setting, or it does not allow the value.
    package mutating func set(_ name: String, to text: String) throws(OptionError) {
        let entries = Schema.declared.entries
        guard let index = entries.firstIndex(where: { $0.commandName == name || $0.name == name }) else {
            throw OptionError(unknown: name, known: entries.map(\.commandName))
        }
        let setting = entries[index].setting
        guard let value = setting.value(of: text) else {
            throw OptionError(name: name, found: text, expected: setting.kindAndRange)
        }
        guard setting.allows(value) else { throw OptionError(name: name, found: text, expected: setting.range) }
        values[index] = value
    }

    package static func == (first: Self, second: Self) -> Bool {
        zip(Schema.declared.entries, zip(first.values, second.values)).allSatisfy { entry, values in
            entry.setting.equal(values.0, values.1)
        }
    }

    /// Reads the values that are named; the others are the default preset's.
    ///
    /// - Throws: `OptionError` if a name is unknown or a value not allowed.
    package init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: SettingName.self)
        let entries = Schema.declared.entries
        for key in container.allKeys {
            guard let index = entries.firstIndex(where: { $0.name == key.stringValue }) else {
                throw OptionError(unknown: key.stringValue, known: entries.map(\.name))
            }
            let setting = entries[index].setting
            do {
                values[index] = try setting.value(from: try container.superDecoder(forKey: key))
            } catch {
                // Decoders tell a wrong type in errors of their own, which name neither the setting nor its range.
                throw OptionError(name: key.stringValue, found: "something else", expected: setting.kindAndRange)
            }
        }
        try validate()
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: SettingName.self)
        for (entry, value) in zip(Schema.declared.entries, values) {
            try container.encode(value, forKey: SettingName(stringValue: entry.name))
        }
    }
}

extension AnySetting {
    /// What a text must be that is no value at all: "a whole number, 0 to 15", "nothing or label".
    fileprivate var kindAndRange: String { words.isEmpty ? "\(kind), \(range)" : range }
}

/// The name of a setting in a file.
private struct SettingName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
}

/// An option that was given what it does not allow, or that does not exist.
package struct OptionError: Error, Equatable, CustomStringConvertible {
    /// What the option was called.
    package let name: String
    /// What was given.
    package let found: String
    /// What is allowed.
    package let expected: String

    init(name: String, found: String, expected: String) {
        (self.name, self.found, self.expected) = (name, found, expected)
    }

    init(unknown name: String, known: [String]) {
        self.init(name: name, found: "unknown", expected: "one of \(known.joined(separator: ", "))")
    }

    package var description: String { "\(name) is \(found): expected \(expected)" }
}
