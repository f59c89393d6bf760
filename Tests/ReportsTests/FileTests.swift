import Foundation
import Raster
import Reports
import TestSupport
import Testing

/// Files that are written and read back.
struct FileTests {
    @Test("the list of classes, whole or names alone")
    func classes() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/" + ClassesFile.name
            let names = ["road", "car"]
            let written = ClassesFile(classes: names, palette: Palette(classNames: names))
            try encodedJSON(written).write(to: URL(fileURLWithPath: path))
            #expect(try ClassesFile(path: path) == written)
            try Data(#"{"classes": ["a"]}"#.utf8).write(to: URL(fileURLWithPath: path))
            #expect(try ClassesFile(path: path).classes == ["a"])
            try Data("[]".utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: ReportError.self) { try ClassesFile(path: path) }
            #expect(error?.description.contains("is no list of classes") == true)
        }
    }

    @Test("a file of holes is not read")
    func large() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/large.json"
            try Data("{".utf8).write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.truncate(atOffset: 20 << 30)
            try file.close()
            let sentence = "\(path) has \(20 << 30) bytes, expected at most \(64 << 20)"
            let errors = [
                #expect(throws: ReportError.self) { try ClassesFile(path: path) },
                #expect(throws: ReportError.self) { try RunReport.warmUpFrames(inReportAt: path) },
            ]
            #expect(errors.map(\.?.description) == [sentence, sentence])
        }
    }

    @Test("losses that overflow are written as words and read back")
    func overflow() throws {
        let losses = [["a": 1.5, "b": Double.infinity], ["a": -Double.infinity]]
        let data = try encodedJSON(losses)
        #expect(String(decoding: data, as: UTF8.self).contains("\"inf\""))
        #expect(try decodedJSON([[String: Double]].self, from: data) == losses)
    }

    @Test("the warm-up's length is read whatever else a report has, and refused where it is none")
    func warmUpFrames() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/" + RunReport.name
            func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
            try write(#"{"warmUp": {"frames": 24, "more": 1}, "other": []}"#)
            #expect(try RunReport.warmUpFrames(inReportAt: path) == 24)
            for text in [#"{"warmUp": {"frames": -1}}"#, #"{"warmUp": {}}"#, "{"] {
                try write(text)
                #expect(throws: ReportError.self) { try RunReport.warmUpFrames(inReportAt: path) }
            }
        }
    }
}
