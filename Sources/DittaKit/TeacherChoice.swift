package import Compiled
package import Methods
import Networks

/// What carries masks through the warm-up.
public enum TeacherChoice: Sendable {
    /// Nothing does: the head learns from what the network says of more views alone.
    case noTeacher
    /// Label propagation by local affinity of the network's own features: needs no other weights.
    case affinity
    /// SAM 2 or 2.1, a Hugging Face folder or Meta's file; the side of its input in pixels (a multiple of 32 from 64 to 2048)
    /// and how many frames it remembers of an object, nil for the published numbers.
    case sam2(path: String, size: Int? = nil, memory: Int? = nil)

    /// The teacher chosen; its files are opened and its tensors' names and shapes checked, but no weights are read yet.
    ///
    /// - Parameters:
    ///   - precision: What a teacher's own network computes with.
    ///   - affinity: The numbers of the affinity teacher, if it is that.
    ///   - isStopped: Asked now and then while the teacher works; if so, it finds nothing more.
    /// - Returns: the teacher, ready for a warm-up; nil if there is to be none.
    /// - Throws: if the model is missing, broken or of another kind, or if a number is out of its range.
    package func open(
        _ precision: Precision, affinity: AffinityOptions = AffinityOptions(),
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) throws -> (any Teacher)? {
        switch self {
        case .noTeacher: return nil
        case .affinity: return try AffinityTeacher(affinity)
        case .sam2(let path, let size, let memory):
            try checkNumbers()
            let file = try SAM2File(path: path)
            try file.check()
            let most = file.configuration.memory.frames
            if let memory, !(1...most).contains(memory) {
                throw DittaError(
                    "--teacher-memory is \(memory): expected 1 to \(most), what \(path) was trained with")
            }
            return SAM2Teacher(
                file, path: path, side: size, memories: memory, precision: precision, isStopped: isStopped)
        }
    }

    /// Checks what can be told without the model.
    ///
    /// - Throws: if a number is out of its range.
    package func checkNumbers() throws {
        guard case .sam2(_, let size, let memory) = self else { return }
        if let size, size % 32 != 0 || !(64...2048).contains(size) {
            throw DittaError("--teacher-size is \(size): expected a multiple of 32 from 64 to 2048")
        }
        if let memory, memory < 1 { throw DittaError("--teacher-memory is \(memory): expected 1 or more frames") }
    }

    /// The teacher of a preset: the paper's equations need masks, and the default preset does better without those that need no
    /// other weights (docs/adaptation.md).
    package static func usual(_ preset: DiTTASchema.Preset) -> TeacherChoice {
        switch preset {
        case .balanced: .noTeacher
        case .reference, .paper: .affinity
        }
    }
}
