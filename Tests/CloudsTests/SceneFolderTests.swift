import Clouds
import Foundation
import Raster
import Testing

/// Scenes described by `cameras.json`, and what can be wrong with it.
struct SceneFolderTests {
    private static let camera = #"""
        {"image": "a.png", "width": 40, "height": 20, "intrinsics": [30, 30, 20, 10],
         "camera_from_cloud": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}
        """#
    private static let ply = """
        ply
        format ascii 1.0
        element vertex 3
        property float x
        property float y
        property float z
        property uchar label
        end_header
        0 0 5 7
        0 0 -5 2
        1 1 9 3

        """

    private func writeScene(_ folder: String, _ description: String, cloud: String = ply) throws {
        try place(description, at: folder + "/cameras.json")
        try place(cloud, at: folder + "/scene.ply")
        try placePicture(width: 40, height: 20, at: folder + "/a.png")
    }

    private func description(_ fields: String = "", camera: String = camera) -> String {
        #"{"version": 1, "cloud": "scene.ply", "labels": {"7": "car", "2": "road"}, \#(fields) "cameras": [\#(camera)]}"#
    }

    @Test("a scene has points, classes by number, and a camera")
    func scene() throws {
        try withFolder { folder in
            let lens = #""distortion": {"model": "opencv", "k": [0.1, 0, 0, 0]}, "image""#
            try writeScene(folder, description(camera: Self.camera.replacing(#""image""#, with: lens)))
            for path in [
                folder, folder + "/cameras.json",
                (folder as NSString).deletingLastPathComponent + "/" + (folder as NSString).lastPathComponent,
            ] {
                let source = try openScenes(at: path)
                #expect(source.count == 1 && source.classes?.names == ["road", "car"])
                #expect(source.classes?.stored == [2, 7] && source.classes?.storedNone == 0)
                let scene = try source.scene(0)
                #expect(scene.name == (folder as NSString).lastPathComponent && scene.moment == nil)
                #expect(scene.cloud.labels == [1, 0, noLabel])
                #expect(scene.notes.count == 1 && scene.notes[0].contains("such as 3"))
                // 1/9 off the axis, bent by 1 + 0.1·2/81.
                let pixel = try #require(scene.cameras[0].project(scene.cloud[2]))
                #expect(abs(pixel.u - (20 + 30 / 9 * (1 + 0.2 / 81))) < 1e-12)
                #expect(scene.cameras[0].name == "a" && scene.cameras[0].image.hasSuffix("/a.png"))
            }
        }
    }

    @Test("folders of scenes, a scan with labels beside it, and a drive of times and poses")
    func folders() throws {
        try withFolder { folder in
            let pose = #""time": 0.5, "world_from_cloud": [1,0,0,4, 0,1,0,0, 0,0,1,0, 0,0,0,1],"#
            try writeScene(
                folder + "/10", description(pose, camera: [Self.camera, Self.camera].joined(separator: ",")))
            let scan = description(#""point_labels": "a.label","#).replacing("scene.ply", with: "a.bin")
            try writeScene(folder + "/9", scan)
            try place(bytes(of: [1, 0, 3, 0.5] as [Float]), at: folder + "/9/a.bin")
            try place(bytes(of: [2] as [UInt32]), at: folder + "/9/a.label")
            let source = try openScenes(at: folder)
            let (first, second) = (try source.scene(0), try source.scene(1))
            #expect(first.name == "9" && first.cloud.labels == [0] && first.cloud.intensity == [0.5])
            #expect(first.moment == nil && second.moment?.time == 0.5)
            #expect(second.moment?.worldFromCloud([1, 0, 0]) == [5, 0, 0])
            #expect(second.cameras.map(\.name) == ["a", "a-1"])

            try place(
                description().replacing("road", with: "grass"), at: folder + "/9/cameras.json")
            expectRefusal("labels: expected the same") { _ = try openScenes(at: folder) }
        }
    }

    @Test("labels without names are left out, and that is said; where 0 is a class, none is another number")
    func classes() throws {
        try withFolder { folder in
            try writeScene(folder, #"{"version": 1, "cloud": "scene.ply", "cameras": []}"#)
            let scene = try openScenes(at: folder).scene(0)
            #expect(scene.cloud.labels == nil && scene.cameras.isEmpty)
            #expect(scene.notes.contains { $0.contains("has no field 'labels'") })
            #expect(scene.notes.contains { $0.contains("has no camera") })
            try writeScene(folder, description().replacing("\"7\"", with: "\"0\""))
            #expect(try openScenes(at: folder).classes?.storedNone == .max)
        }
    }

    @Test("what is wrong is told with its file, camera and field")
    func damages() throws {
        func refuse(
            _ description: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            try withFolder { folder in
                try writeScene(folder, description)
                for part in parts {
                    expectRefusal("cameras.json", part, sourceLocation: sourceLocation) {
                        _ = try openScenes(at: folder).scene(0)
                    }
                }
            }
        }
        func camera(_ old: String, _ new: String) -> String {
            description(camera: Self.camera.replacing(old, with: new))
        }
        try refuse("{", "no valid JSON")
        try refuse("[]", "expected an object, found a list of 0")
        try refuse("{}", "has no field 'version'")
        try refuse(description().replacing("1, \"cloud", with: "2, \"cloud"), "version: expected 1, found 2.0")
        try refuse(description().replacing("\"cloud\"", with: "\"clouds\""), "has a field 'clouds'")
        try refuse(description().replacing("\"scene.ply\"", with: "7"), "cloud: expected a text, found a number")
        try refuse(description().replacing("scene.ply", with: "scene.obj"), "ending ply or bin")
        try refuse(description().replacing("\"7\": \"car\"", with: "\"x\": \"car\""), "labels: 'x'")
        try refuse(description().replacing("\"7\": \"car\"", with: "\"02\": \"car\""), "number 2 twice")
        try refuse(description(#""time": 3,"#), "only one of")
        try refuse(description(camera: "3"), "camera 0: expected an object")
        try refuse(camera("a.png", "b.png"), "camera 0 (b.png): image", "there is no file")
        try refuse(camera("\"width\": 40", "\"width\": 41"), "camera 0 (a.png): image", "41×20", "found 40×20")
        try refuse(camera("\"width\": 40", "\"width\": 1e300"), "width: expected a whole number")
        try refuse(camera("\"width\": 40,", ""), "camera 0 (a.png): has no field 'width'")
        try refuse(camera("[30, 30, 20, 10]", "[30, 30, 20]"), "intrinsics: expected 4 numbers", "found 3")
        try refuse(camera("[30, 30, 20, 10]", "[30, -30, 20, 10]"), "intrinsics", "above 0")
        try refuse(camera("[30, 30, 20, 10]", "[30, \"a\", 20, 10]"), "intrinsics: expected numbers only, found a text")
        try refuse(camera("0, 1]}", "0]}"), "camera_from_cloud: expected 16 numbers", "found 15")
        try refuse(camera("[1, 0, 0, 0,", "[3, 0, 0, 0,"), "camera_from_cloud", "row 1 of length 3")
        let lens = "\"distortion\": {\"model\": \"none\"}, \"width\""
        try refuse(camera("\"width\"", lens.replacing("none", with: "pinhole")), "distortion: model", "'pinhole'")
        try refuse(camera("\"width\"", lens.replacing("none", with: "fisheye")), "distortion: k", "found 0")
        try refuse(camera("\"width\"", "\"distortion\": 3, \"width\""), "distortion: expected an object")
        try refuse(camera("\"width\"", "\"depth\": \"d.png\", \"width\""), "has no field 'depth_scale'")
        try refuse(
            camera("\"width\"", "\"depth\": \"d.png\", \"depth_scale\": 0, \"width\""), "depth_scale: expected metres")
    }
}
