import Foundation
import Methods
import Reports

/// How far a run is, written down now and then: from there it goes on after it was stopped, however it was.
struct Milestone: Codable {
    /// How many frames are labelled.
    var frames: Int
    /// The file with what the method knows then, in the folder of the output.
    var state: String
    var flicker: FlickerSample
    var record: RunRecord.Saved

    /// Reads the last milestone of a run that was stopped, with the method's state; nil if there is none.
    ///
    /// - Throws: a sentence, if it is damaged.
    static func last(in output: OutputFolder) throws -> (Milestone, MethodState)? {
        let path = output.partial + "/" + OwnFiles.progress
        guard exists(path) else { return nil }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
            let milestone = try? decodedJSON(Milestone.self, from: data)
        else { throw DittaError("\(path): does not tell how far the run was; replace the output with --force") }
        return (milestone, try MethodState(path: output.partial + "/" + milestone.state))
    }

    /// Writes it down: the state first, then what names it, so that there is always a whole one.
    ///
    /// - Throws: a sentence, if a file cannot be written.
    static func reach(
        _ frames: Int, _ state: MethodState, _ flicker: FlickerSample, _ record: RunRecord.Saved,
        in output: OutputFolder
    ) throws {
        let name = OwnFiles.folder + "/state-\(frames).safetensors"
        try state.write(to: output.partial + "/" + name)
        // What the milestone promises is on the disk before it.
        output.flush()
        try output.write(
            Milestone(frames: frames, state: name, flicker: flicker, record: record), to: OwnFiles.progress)
        let folder = output.partial + "/" + OwnFiles.folder
        for earlier in try FileManager.default.contentsOfDirectory(atPath: folder)
        where earlier.hasPrefix("state-") && OwnFiles.folder + "/" + earlier != name {
            try FileManager.default.removeItem(atPath: folder + "/" + earlier)
        }
    }
}
