package import Methods

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
    package let teacher: any Teacher

    /// Chooses a method; those that are not taught leave the teacher and the numbers alone.
    package init(_ name: MethodName, preset: DiTTASchema.Preset, options: DiTTAOptions, teacher: any Teacher) {
        (self.name, self.preset, self.options, self.teacher) = (name, preset, options, teacher)
    }

    /// The method for frames of one size.
    package func makeMethod(_ source: SourceModel) -> any Method {
        switch name {
        case .ditta: DiTTA(source, teacher: teacher, options: options)
        case .iss: PlainModel(source)
        }
    }
}
