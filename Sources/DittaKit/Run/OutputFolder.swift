import Foundation
import Media
import Reports

/// A run's output: it grows in a folder named `<name>.partial` and gets its own name when it is complete.
///
/// One run at a time has a partial folder: a lock within it, which the system opens when the program ends however it ends. What is
/// replaced or removed is only what ditta itself writes, by name.
package final class OutputFolder {
    /// The folder's final path.
    let path: String
    /// Where files are written until then.
    let partial: String
    /// Whether it goes on with an earlier run's.
    let isResumed: Bool
    private let force: Bool
    private var lock: Int32 = -1

    /// What is there before a run.
    package enum Beginning: Sendable {
        /// Nothing; or, with `force`, an earlier output, which is replaced.
        case new(force: Bool)
        /// What a run left that was stopped, if one was.
        case resumed(force: Bool)
    }

    /// The default: beside the video, named for it; in the working directory for a stream.
    package static func besideVideo(_ video: String) -> String {
        if video == "-" { return "stream-ditta" }
        var isFolder: ObjCBool = false
        var url = URL(fileURLWithPath: video)
        if video.contains("://") {
            url = URL(fileURLWithPath: url.lastPathComponent.isEmpty ? "stream" : url.lastPathComponent)
        }
        _ = unsafe FileManager.default.fileExists(atPath: video, isDirectory: &isFolder)
        return (isFolder.boolValue ? url : url.deletingPathExtension()).path + "-ditta"
    }

    /// Makes an empty folder, or takes up that of an earlier run.
    ///
    /// - Parameters:
    ///   - path: Its final path; if there is a link, what it leads to.
    ///   - beginning: What may be there.
    ///   - input: What is read, and must not be replaced.
    /// - Throws: if the output is there and not to be replaced, if what is there is not ditta's, if another run has it, if the
    ///   input is within it, or if the folder cannot be made.
    init(_ path: String, _ beginning: Beginning, input: String) throws {
        self.path = try Self.resolved(path)
        partial = self.path + ".partial"
        // What ended before it said what it was has nothing to go on from.
        let mayRestart: Bool
        switch beginning {
        case .new(let force): (self.force, isResumed, mayRestart) = (force, false, force)
        case .resumed(let force):
            (self.force, isResumed, mayRestart) = (force, exists(partial + "/" + OwnFiles.marker), true)
        }
        for folder in [self.path, partial] where Self.contains(folder, input) {
            throw DittaError("\(folder): holds the input \(input); choose another output with -o")
        }
        if exists(self.path) {
            guard force else {
                throw DittaError(
                    "\(self.path): is there already; choose another output with -o, or replace it with --force")
            }
            try OwnFiles(self.path).check()
        }
        if isResumed {
            try takeLock()
        } else {
            try makePartial(replacing: mayRestart)
        }
    }

    deinit { if lock >= 0 { close(lock) } }

    private static func resolved(_ path: String) throws -> String {
        // Completion in a shell leaves a slash, after which ".partial" would be a name within.
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.isEmpty else { throw DittaError("--output is empty: expected the name of a folder") }
        guard (path as NSString).lastPathComponent != ".", (path as NSString).lastPathComponent != "..", path != "/"
        else {
            throw DittaError("\(path): cannot be an output; expected the name of a folder of its own")
        }
        // A link stays: what it leads to is written, whether or not that is there. Links that lead in circles end somewhere.
        for _ in 0..<40 {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            let parent = (path as NSString).deletingLastPathComponent
            path = target.hasPrefix("/") || parent.isEmpty ? target : parent + "/" + target
        }
        return path
    }

    /// Whether a folder is, or holds, a file or folder.
    private static func contains(_ folder: String, _ inner: String) -> Bool {
        let outer = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        let path = URL(fileURLWithPath: inner).resolvingSymlinksInPath().path
        return exists(outer) && (path == outer || path.hasPrefix(outer + "/"))
    }

    private func makePartial(replacing isReplaced: Bool) throws {
        do {
            if exists(partial) {
                guard isReplaced else {
                    throw DittaError(
                        "\(partial): is there, of a run that was stopped; go on with it with --resume, or replace it "
                            + "with --force")
                }
                let own = OwnFiles(partial)
                try own.check()
                try takeLock()
                try own.remove(except: OwnFiles.lock)
            } else {
                let parent = (partial as NSString).deletingLastPathComponent
                if !parent.isEmpty {
                    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
                }
                // Of two runs at the same time, one makes it.
                try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: false)
                try FileManager.default.createDirectory(
                    atPath: partial + "/" + OwnFiles.folder, withIntermediateDirectories: false)
                try takeLock()
            }
            try FileManager.default.createDirectory(atPath: partial + "/labels", withIntermediateDirectories: true)
        } catch let error as DittaError {
            throw error
        } catch {
            throw DittaError("\(path): the output folder cannot be made; expected a place that can be written to")
        }
    }

    private func takeLock() throws {
        lock = unsafe open(partial + "/" + OwnFiles.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw DittaError("\(partial): cannot be written to") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw DittaError("\(partial): another run is at work there; wait for it, or choose another output with -o")
        }
    }

    /// Makes a folder within, and gives its path.
    func makeFolder(_ name: String) throws -> String {
        let folder = partial + "/" + name
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DittaError("\(folder): cannot be made")
        }
        return folder
    }

    /// Writes a JSON file, whole or not at all.
    func write(_ value: some Encodable, to name: String) throws {
        do {
            try encodedJSON(value).write(to: URL(fileURLWithPath: partial + "/" + name), options: .atomic)
        } catch {
            throw DittaError("\(partial)/\(name): cannot be written")
        }
    }

    /// Makes sure that there is room for so many bytes.
    ///
    /// - Throws: a sentence, if there is not.
    func checkRoom(_ bytes: Int) throws {
        var system = statvfs()
        guard unsafe statvfs(partial, &system) == 0 else { return }
        let (room, overflow) = Int(system.f_bavail).multipliedReportingOverflow(by: Int(system.f_frsize))
        guard overflow || room >= bytes else {
            throw DittaError(
                "\(partial): has \(room >> 20) MiB of room, and labels take about \(max(bytes >> 20, 1)); choose another place "
                    + "with -o")
        }
    }

    /// Makes sure that what was written so far survives a power cut.
    func flush() { sync() }

    /// Gives the folder its name; what had it before is replaced only now.
    ///
    /// - Throws: if something else has come there in the meantime, or the folder cannot be renamed.
    func complete() throws {
        let isThere = exists(path)
        guard !isThere || force else {
            throw DittaError("\(path): is there by now; the run is complete in \(partial)")
        }
        if isThere {
            let earlier = OwnFiles(path)
            try earlier.check()
            try earlier.remove()
        }
        do {
            try OwnFiles(partial).removeMarker()
            flush()
            try FileManager.default.moveItem(atPath: partial, toPath: path)
        } catch {
            throw DittaError("\(partial): is complete but could not be renamed to \(path)")
        }
    }

    /// Removes the folder if it holds nothing to go on from.
    func discardIfEmpty() {
        guard !exists(partial + "/" + OwnFiles.progress) else { return }
        let labels = (try? FileManager.default.contentsOfDirectory(atPath: partial + "/labels")) ?? []
        if labels.isEmpty { try? OwnFiles(partial).remove() }
    }
}

/// Whether there is something at a path, a broken link included.
func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
}
