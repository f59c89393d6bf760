import Clouds
import DittaKit

extension SceneSource {
    /// The numbers of the scenes of some drives, by names parted by commas, as `--only` has them; of all scenes, if nil.
    ///
    /// - Throws: a sentence, if one is no drive.
    func scenes(ofDrives names: String?) throws(DittaError) -> [Int] {
        guard let names else { return Array(0..<count) }
        let chosen = Set(names.split(separator: ",").map(String.init))
        let drives = (0..<count).map { moment(of: $0)?.drive }
        if let unknown = chosen.subtracting(drives.compactMap(\.self)).min() ?? (chosen.isEmpty ? "" : nil) {
            let known = Set(drives.compactMap(\.self)).sorted().joined(separator: ", ")
            throw DittaError(
                "--only \(unknown): is no drive of \(path), expected \(known.isEmpty ? "scenes of drives" : "some of \(known)")"
            )
        }
        return (0..<count).filter { drives[$0].map(chosen.contains) ?? false }
    }
}
