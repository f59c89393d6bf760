/// The settings of a method, which are the type's stored properties, and its presets.
///
///     struct ExampleSchema: OptionSchema {
///         enum Preset: String, CaseIterable { case calm, quick }
///
///         let passes = Setting(5, [.quick: 1], in: 0...100, "Passes over the frames.", source: "step 17")
///
///         static let defaultPreset = Preset.calm
///         static let declared = DeclaredSettings(ExampleSchema())
///     }
///
/// `Options<ExampleSchema>` holds values of them.
package protocol OptionSchema: Sendable {
    /// The sets of values that have a name.
    associatedtype Preset: RawRepresentable<String>, CaseIterable, Hashable, Sendable

    /// The preset that holds where none is named.
    static var defaultPreset: Preset { get }
    /// What the settings' names begin with on the command line; empty by default.
    static var prefix: String { get }
    /// The settings found in the type.
    static var declared: DeclaredSettings<Self> { get }
}

extension OptionSchema {
    /// A setting of this schema.
    package typealias Setting<Value: SettingValue> = PresetSetting<Preset, Value>

    package static var prefix: String { "" }
}

/// The settings of a schema with their names, found by reflection.
package struct DeclaredSettings<Schema: OptionSchema>: Sendable {
    /// A setting and what it is called.
    package struct Entry: Sendable {
        /// The name of the schema's property, such as `learningRate`.
        package let name: String
        /// The name on the command line without its hyphens, such as `learning-rate` or `affinity-radius`.
        package let commandName: String
        /// What was declared.
        package let setting: any AnySetting<Schema.Preset>

        /// Its values in words: "5", or "balanced 0.0003; reference, paper 0.001" where presets differ.
        package var defaults: String {
            var groups: [(value: String, presets: [String])] = []
            for preset in Schema.Preset.allCases {
                let value = setting.value(preset).text
                if let index = groups.firstIndex(where: { $0.value == value }) {
                    groups[index].presets.append(preset.rawValue)
                } else {
                    groups.append((value, [preset.rawValue]))
                }
            }
            guard groups.count > 1 else { return groups.map(\.value).joined() }
            return groups.map { "\($0.presets.joined(separator: ", ")) \($0.value)" }.joined(separator: "; ")
        }
    }

    /// In the order of declaration.
    package let entries: [Entry]
    private let schema: Schema
    private let indices: [ObjectIdentifier: Int]

    /// Finds the settings among the properties of a schema, which has no others.
    package init(_ schema: Schema) {
        self.schema = schema
        entries = Mirror(reflecting: schema).children.map { label, value in
            guard let label, let setting = value as? any AnySetting<Schema.Preset> else {
                preconditionFailure("\(Schema.self).\(label ?? "") is no setting of its presets")
            }
            let name = label.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
            return Entry(
                name: label, commandName: Schema.prefix.isEmpty ? name : "\(Schema.prefix)-\(name)", setting: setting)
        }
        indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { (ObjectIdentifier($1.setting), $0) })
    }

    /// The place of a setting in `entries`.
    func index<Value: SettingValue>(_ path: KeyPath<Schema, Schema.Setting<Value>>) -> Int {
        guard let index = indices[ObjectIdentifier(schema[keyPath: path])] else {
            preconditionFailure("\(path) is no stored property of \(Schema.self)")
        }
        return index
    }
}
