import Foundation
import Metrics

/// The videos that two paths hold.
struct VideoDiscovery {
    /// The videos with predictions, by name.
    private(set) var videos: [LabelledVideo]
    /// Videos of the truth that have no predictions and are not evaluated.
    private(set) var unpredicted: [String] = []

    /// Looks for one video or for one folder per video.
    ///
    /// The labels of a video are the PNGs in its folder's `labels/` (as `ditta run` writes them) or `mask/` (as in
    /// VSPW), else those in the folder itself. Folders of videos belong together by name.
    ///
    /// - Throws: when a path is no folder, when it holds no label PNGs, or when a video has no truth.
    init(predictions: String, truth: String) throws {
        let (predictedVideo, trueVideo) = (try labelFolder(of: predictions), try labelFolder(of: truth))
        if let predictedVideo {
            guard let trueVideo else {
                throw EvaluationError("expected label PNGs of one video in \(truth), as in \(predictions), found none")
            }
            videos = [
                LabelledVideo(
                    name: "", predictions: predictedVideo, truth: trueVideo,
                    companions: [ownerFolder(of: predictedVideo), predictions])
            ]
            return
        }
        guard trueVideo == nil else {
            throw EvaluationError("expected label PNGs of one video in \(predictions), as in \(truth), found none")
        }
        videos = try subfolders(of: predictions).compactMap { name in
            guard let labels = try labelFolder(of: predictions + "/" + name) else { return nil }
            guard isFolder(truth + "/" + name), let found = try labelFolder(of: truth + "/" + name) else {
                throw EvaluationError("the video '\(name)' of \(predictions) has no label PNGs in \(truth)/\(name)")
            }
            return LabelledVideo(
                name: name, predictions: labels, truth: found, companions: [ownerFolder(of: labels), predictions])
        }
        guard !videos.isEmpty else {
            throw EvaluationError("expected label PNGs, or folders of them, in \(predictions), found none")
        }
        let names = Set(videos.map(\.name))
        unpredicted = try subfolders(of: truth).filter { name in
            try !names.contains(name) && labelFolder(of: truth + "/" + name) != nil
        }
    }
}

/// The folder with a video's label PNGs, given the video's folder; nil when there is none.
private func labelFolder(of path: String) throws -> String? {
    guard isFolder(path) else {
        let exists = FileManager.default.fileExists(atPath: path)
        throw EvaluationError(exists ? "\(path) is a file, expected a folder" : "there is no folder \(path)")
    }
    return try [path + "/labels", path + "/mask", path].first { folder in
        try isFolder(folder) && names(in: folder).contains { $0.lowercased().hasSuffix(".png") }
    }
}

/// The folder a run wrote to: that which holds `labels/`, else the folder of the labels itself.
private func ownerFolder(of labels: String) -> String {
    let url = URL(fileURLWithPath: labels).standardizedFileURL
    return url.lastPathComponent == "labels" ? url.deletingLastPathComponent().path : labels
}

private func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}

private func subfolders(of path: String) throws -> [String] {
    try names(in: path).filter { isFolder(path + "/" + $0) }
}

private func names(in folder: String) throws -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
        throw EvaluationError("cannot list the folder \(folder): \(error.localizedDescription)")
    }
}
