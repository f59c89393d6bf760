import Foundation
import Media
import Methods
import Networks
import Reports

/// What decides the bytes of a run's output: the program, the model, the video and all options.
///
/// A run is resumed only as what it was.
struct RunIdentity: Codable, Equatable {
    /// The name of the file it is written to.
    static let name = OwnFiles.marker

    /// Values, or hashes of them, by the names they have for people.
    let parts: [String: String]

    /// Describes a run; the model's and the video's files are read for that.
    init(_ settings: VideoRun.Settings, _ model: Model, _ source: SourceVideo) throws {
        let method = settings.method
        var parts = [
            "version of ditta": dittaVersion, "--method": method.name.rawValue, "--preset": method.preset.rawValue,
            "--warmup": "\(settings.warmUp)", "--precision": "\(settings.precision.precision)",
            "--on-corrupt": settings.onCorrupt.rawValue, "--no-overlay": "\(!settings.overlay)",
            "--save-targets": "\(settings.saveTargets)", "--fit or --resize": "\(model.network.preprocessor.resize)",
            "--teacher": method.teacher?.name ?? "none",
        ]
        try parts.merge(Self.parts(of: method.options)) { own, _ in own }
        if let affinity = method.teacher as? AffinityTeacher {
            for (name, value) in try Self.parts(of: affinity.options) { parts["affinity \(name)"] = value }
        }
        if let own = method.teacher?.model {
            parts["--teacher-size"] = "\(own.inputSize)"
            parts["--teacher-memory"] = "\(own.memories)"
            parts["model of the teacher"] = try ContentHash.ofModel(at: own.path)
        }
        parts["model"] = try model.contentHash()
        if let adapted = settings.adapted {
            let hash = ContentHash()
            try hash.add(fileAt: adapted)
            parts["--adapted"] = hash.finish()
        }
        parts["--save-adapted"] = settings.saveAdapted
        parts["--start, --duration or --stride"] = "\(source.selection)"
        parts["video"] = try source.isStream ? "a stream" : source.hash()
        self.parts = parts
    }

    /// Numbers by their names.
    private static func parts(of options: some Encodable) throws -> [String: String] {
        let values = try JSONSerialization.jsonObject(with: encodedJSON(options)) as? [String: Any] ?? [:]
        return values.mapValues { "\($0)" }
    }

    /// Makes sure that an earlier run in a folder was this one.
    ///
    /// - Throws: a sentence that names what is another.
    func check(in output: OutputFolder) throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: output.partial + "/" + Self.name)),
            let earlier = try? decodedJSON(Self.self, from: data)
        else {
            throw DittaError(
                "\(output.partial)/\(Self.name): does not tell which run this was; expected what ditta wrote")
        }
        let different = Set(parts.keys).union(earlier.parts.keys).filter { parts[$0] != earlier.parts[$0] }.sorted()
        guard different.isEmpty else {
            throw DittaError(
                "\(output.partial): was a run with another \(different.joined(separator: ", another ")); resume it as what "
                    + "it was, or replace it with --force")
        }
    }
}
