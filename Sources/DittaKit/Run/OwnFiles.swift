import Foundation
import Reports

/// What in a folder of output is ditta's own, by the names that it writes: all else is the user's, and stays.
struct OwnFiles {
    /// What a run knows of itself until it is complete.
    static let folder = ".ditta"
    /// What run it is; a folder without it, and without a report, is none of ditta's.
    static let marker = folder + "/run.json"
    /// How far it is.
    static let progress = folder + "/progress.json"
    /// Held by the run that is at work.
    static let lock = folder + "/lock"

    /// The folder.
    let path: String

    init(_ path: String) { self.path = path }

    /// Makes sure that the folder is ditta's, and that nothing else is in it.
    ///
    /// - Throws: a sentence that names what is not ditta's.
    func check() throws {
        let names: [String]
        do {
            names = try entries("")
        } catch {
            throw DittaError("\(path): is no folder of ditta's; --force does not replace that")
        }
        guard names.isEmpty || exists(path + "/" + Self.folder) || isReport else {
            throw DittaError("\(path): holds something else than an output of ditta; --force does not replace that")
        }
        if let foreign = try names.lazy.compactMap({ try foreign($0) }).first {
            throw DittaError(
                "\(path)/\(foreign): was not written by ditta; --force does not remove it, so move it elsewhere or "
                    + "choose another output with -o")
        }
    }

    /// Removes all that is ditta's, but one file perhaps, and the folder if nothing else is left.
    func remove(except kept: String? = nil) throws {
        do {
            for name in try entries("") where try foreign(name) == nil { try remove(name, except: kept) }
            if kept == nil { try removeFolder("") }
        } catch {
            throw DittaError("\(path): cannot be removed")
        }
    }

    /// Removes what a run that is complete needs no more.
    func removeMarker() throws { if exists(path + "/" + Self.folder) { try remove(Self.folder, except: nil) } }

    private var isReport: Bool {
        struct Part: Decodable {
            struct Versions: Decodable { let ditta: String }
            let versions: Versions
        }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path + "/" + RunReport.name)) else { return false }
        return (try? JSONDecoder().decode(Part.self, from: data)) != nil
    }

    private func entries(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/" + name).map {
            name.isEmpty ? $0 : name + "/" + $0
        }
    }

    /// The first entry, of this one and those within it, that ditta does not write.
    private func foreign(_ name: String) throws -> String? {
        guard isFolder(name) else { return Self.writes(name) ? nil : name }
        guard Self.folders.contains(name) else { return name }
        return try entries(name).lazy.compactMap { try foreign($0) }.first
    }

    /// A link is no folder: what it leads to is somebody else's.
    private func isFolder(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func remove(_ name: String, except kept: String?) throws {
        guard isFolder(name) else {
            if name != kept { try FileManager.default.removeItem(atPath: path + "/" + name) }
            return
        }
        for entry in try entries(name) { try remove(entry, except: kept) }
        if kept?.hasPrefix(name + "/") != true { try removeFolder(name) }
    }

    private func removeFolder(_ name: String) throws {
        guard unsafe rmdir(path + "/" + name) == 0 else { throw DittaError("\(path)/\(name): cannot be removed") }
    }

    private static let folders: Set = [
        "labels", "targets", "targets/pictures", "targets/soft", "targets/soft/pictures", folder,
    ]
    private static let files: Set = [
        ClassesFile.name, RunReport.name, FrameTable.name, "overlay.mp4", "picture.png", "targets/targets.json", marker,
        progress, lock,
    ]

    /// Whether ditta writes a file of this name, or writes it under a temporary one.
    private static func writes(_ name: String) -> Bool {
        let name = name.hasSuffix(".part") ? String(name.dropLast(5)) : name
        if files.contains(name) { return true }
        let (parent, file) = ((name as NSString).deletingLastPathComponent, (name as NSString).lastPathComponent)
        if parent == folder { return file.hasPrefix("state-") && file.hasSuffix(".safetensors") }
        let digits = file.dropLast(4)
        return folders.contains(parent) && file.hasSuffix(".png") && digits.count >= 6
            && digits.allSatisfy(\.isASCIIDigit)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
