package import Methods
import Networks

/// The methods by name: a further one is its folder in Methods, a case here and its line in `makeMethod`.
package enum MethodName: String, Sendable, CaseIterable {
    /// Adapt on the warm-up, freeze, label.
    case ditta
    /// The plain model, frame by frame.
    case iss

    /// Whether it is taught something, by a teacher.
    package var isTaught: Bool { self != .iss }
}

/// A method with all its numbers, before there are frames.
public struct MethodChoice: Sendable {
    package let name: MethodName
    package let preset: DiTTASchema.Preset
    package let options: DiTTAOptions
    /// What carries masks through the warm-up, if anything does.
    package let teacher: (any Teacher)?

    /// Chooses a method; those that are not taught leave the teacher and the numbers alone.
    package init(_ name: MethodName, preset: DiTTASchema.Preset, options: DiTTAOptions, teacher: (any Teacher)?) {
        (self.name, self.preset, self.options, self.teacher) = (name, preset, options, teacher)
    }

    /// The ways to adapt.
    public enum Preset: String, Sendable, CaseIterable {
        /// Labels that hold still without losing rare classes.
        case balanced
        /// The released code.
        case reference
        /// The paper's equations.
        case paper
    }

    /// The plain model, frame by frame.
    public static func plain() -> MethodChoice {
        MethodChoice(.iss, preset: .balanced, options: .balanced, teacher: nil)
    }

    /// DiTTA: adapts on the warm-up, then is frozen.
    ///
    /// - Parameters:
    ///   - preset: Where numbers are taken from that are not given.
    ///   - settings: Numbers by their names in docs/options.md, as they would be typed: `["learning-rate": "0.001"]`.
    ///   - teacher: What carries masks through the warm-up; nil for what the preset has, which is nothing for `balanced`.
    ///   - precision: What a teacher's own network computes with.
    /// - Returns: the method, its numbers checked.
    /// - Throws: if a setting is unknown or out of its range, or the teacher's files are missing or broken.
    public static func ditta(
        _ preset: Preset = .balanced, settings: [String: String] = [:], teacher: TeacherChoice? = nil,
        precision: ComputePrecision = .auto
    ) throws -> MethodChoice {
        let preset = DiTTASchema.Preset(rawValue: preset.rawValue) ?? .balanced
        var (options, affinity) = (DiTTAOptions(preset), AffinityOptions())
        for (name, text) in settings.sorted(by: { $0.key < $1.key }) {
            if name.hasPrefix(AffinitySchema.prefix + "-") {
                try affinity.set(name, to: text)
            } else {
                try options.set(name, to: text)
            }
        }
        let opened = try (teacher ?? .usual(preset)).open(precision.precision, affinity: affinity)
        return MethodChoice(.ditta, preset: preset, options: options, teacher: opened)
    }

    /// How pictures are changed; nil if the warm-up shall say.
    ///
    /// The plain model takes them as they are.
    package var picture: PictureTransform? {
        name.isTaught ? options.picture.transform : .asIs
    }

    /// The method for frames of one size.
    ///
    /// - Throws: if a number is out of its range.
    package func makeMethod(_ source: SourceModel) throws -> any Method {
        switch name {
        case .ditta:
            try DiTTA(
                source, teacher: teacher, options: options,
                borders: options.regionShare > 0
                    ? BorderNetwork(path: shippedFolder("weights/borders", otherwise: "--region-share 0 needs none"))
                    : nil)
        case .iss: PlainModel(source)
        }
    }
}
