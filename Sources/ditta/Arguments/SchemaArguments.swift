import ArgumentParser
import Methods

/// The options of a schema: one for each of its settings.
///
/// ArgumentParser finds a type's options among its properties by reflection, and decodes them by those names. Here the
/// properties that it sees come from the schema.
struct SchemaArguments<Schema: OptionSchema>: ParsableArguments, CustomReflectable {
    /// In the order of the settings.
    private let given: [Option<String?>]

    init() {
        given = Schema.declared.entries.map { entry in
            Option(
                name: .customLong(entry.commandName), parsing: .unconditional,
                help: ArgumentHelp(entry.commandHelp, valueName: entry.setting.words.isEmpty ? "n" : nil),
                completion: entry.setting.words.isEmpty ? nil : .list(entry.setting.words))
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        given = try Schema.declared.entries.map {
            try container.decode(Option<String?>.self, forKey: Key(stringValue: $0.name))
        }
    }

    var customMirror: Mirror {
        // A property wrapper's storage is named after its property, with an underscore.
        let properties = zip(Schema.declared.entries, given).map { Mirror.Child(label: "_\($0.name)", value: $1) }
        return Mirror(self, children: properties)
    }

    func validate() throws { _ = try options(Schema.defaultPreset) }

    /// The first option that was given, such as `--affinity-radius`, or nil.
    var firstGiven: String? {
        zip(Schema.declared.entries, given).first { $1.wrappedValue != nil }.map { "--\($0.0.commandName)" }
    }

    /// A preset's options with what was given instead.
    ///
    /// - Throws: `ValidationError` if something was given that an option does not allow.
    func options(_ preset: Schema.Preset = Schema.defaultPreset) throws -> Options<Schema> {
        var options = Options<Schema>(preset)
        for (entry, option) in zip(Schema.declared.entries, given) {
            guard let text = option.wrappedValue else { continue }
            do {
                try options.set(entry.commandName, to: text)
            } catch {
                throw ValidationError("--\(error)")
            }
        }
        return options
    }

    /// The name of a setting, as ArgumentParser knows its option.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }
}

extension DeclaredSettings.Entry {
    /// "How far the add-on looks. (0 to 15 cells; default: 5)"
    fileprivate var commandHelp: String {
        let allowed = setting.unit.isEmpty ? setting.range : "\(setting.range) \(setting.unit)"
        return "\(setting.help) (\(allowed); default: \(defaults))"
    }
}
