import Foundation

/// `cameras.json`: a cloud of one's own, and the cameras that saw it.
///
/// docs/cloud.md has the format. Paths are relative to the file's folder.
struct SceneDescription {
    static let name = "cameras.json"

    let path: String
    /// The cloud's file.
    let cloud: String
    /// The file of its labels, if they are not in the cloud's.
    let labels: String?
    /// What labels mean.
    let classes: LabelTable?
    let cameras: [Camera]
    let time: Double?
    let worldFromCloud: RigidTransform?

    /// Reads a file; pictures are looked up for their sizes.
    ///
    /// - Throws: a sentence that names the file, the camera and the field, if something is missing or impossible.
    init(path: String) throws(CloudError) {
        let root = try JSONObject(
            JSONValue(path: path), path,
            known: [
                "version", "cloud", "point_labels", "labels", "cameras", "time", "world_from_cloud",
            ])
        let version = try root.required("version", root.number("version"))
        guard version == 1 else { throw CloudError("\(path): version: expected 1, found \(version)") }
        let folder = (path as NSString).deletingLastPathComponent
        func resolved(_ name: String) -> String {
            name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
        }
        self.path = path
        cloud = resolved(try root.required("cloud", root.string("cloud")))
        labels = try root.string("point_labels").map(resolved)
        classes = try root.fields["labels"].map { value throws(CloudError) in
            try Self.classes(value, "\(path): labels")
        }
        time = try root.number("time")
        worldFromCloud = try Self.transform("world_from_cloud", of: root)
        guard (time == nil) == (worldFromCloud == nil) else {
            throw CloudError("\(path): has only one of the fields 'time' and 'world_from_cloud', expected both or none")
        }

        var cameras: [Camera] = []
        for (index, value) in try root.required("cameras", root.array("cameras")).enumerated() {
            var place = "\(path): camera \(index)"
            if case .object(let fields) = value, case .string(let image) = fields["image"] { place += " (\(image))" }
            let camera = try JSONObject(
                value, place,
                known: [
                    "image", "width", "height", "intrinsics", "distortion", "camera_from_cloud", "depth", "depth_scale",
                ])
            cameras.append(try Self.camera(camera, resolved, besides: cameras.map(\.name)))
        }
        self.cameras = cameras
    }

    private static func camera(
        _ object: JSONObject, _ resolved: (String) -> String, besides names: [String]
    ) throws(CloudError) -> Camera {
        let image = resolved(try object.required("image", object.string("image")))
        let width = try extent("width", of: object)
        let height = try extent("height", of: object)
        let size = try located(object, "image") { () throws(CloudError) in try pictureExtents(at: image) }
        guard size == (width, height) else {
            throw CloudError(
                "\(object.place): image: expected the \(width)×\(height) pixels of its fields width and height, found "
                    + "\(size.width)×\(size.height)")
        }
        let numbers = try object.required("intrinsics", object.numbers("intrinsics"))
        let intrinsics = try located(object, "intrinsics") { () throws(CloudError) in try Camera.Intrinsics(numbers) }
        let place = try object.required("camera_from_cloud", transform("camera_from_cloud", of: object))

        var name = ((image as NSString).lastPathComponent as NSString).deletingPathExtension
        if names.contains(name) { name += "-\(names.count)" }
        return Camera(
            name: name, image: image, width: width, height: height, intrinsics: intrinsics, lens: try lens(object),
            cameraFromCloud: place, depth: try depth(object, resolved))
    }

    private static func extent(_ name: String, of object: JSONObject) throws(CloudError) -> Int {
        let number = try object.required(name, object.number(name))
        guard let extent = Int(exactly: number), (1...65535).contains(extent) else {
            throw CloudError(
                "\(object.place): \(name): expected a whole number of pixels from 1 to 65535, found \(number)")
        }
        return extent
    }

    private static func lens(_ object: JSONObject) throws(CloudError) -> Lens {
        guard let value = object.fields["distortion"] else { return .none }
        let place = "\(object.place): distortion"
        let distortion = try JSONObject(value, place, known: ["model", "k"])
        let name = try distortion.required("model", distortion.string("model"))
        guard let model = Lens.Model(rawValue: name) else {
            let known = Lens.Model.allCases.map(\.rawValue).joined(separator: ", ")
            throw CloudError("\(place): model: expected one of \(known), found '\(name)'")
        }
        let coefficients = try distortion.numbers("k") ?? []
        return try located(distortion, "k") { () throws(CloudError) in try Lens(model, coefficients) }
    }

    private static func depth(
        _ object: JSONObject, _ resolved: (String) -> String
    ) throws(CloudError) -> Camera.DepthFile? {
        guard let file = try object.string("depth") else { return nil }
        let scale = try object.required("depth_scale", object.number("depth_scale"))
        guard scale > 0 else {
            throw CloudError(
                "\(object.place): depth_scale: expected metres above 0 for each step of grey, found \(scale)")
        }
        return Camera.DepthFile(path: resolved(file), scale: scale)
    }

    private static func transform(_ name: String, of object: JSONObject) throws(CloudError) -> RigidTransform? {
        guard let numbers = try object.numbers(name) else { return nil }
        return try located(object, name) { () throws(CloudError) in
            guard numbers.count == 16 else {
                throw CloudError("expected 16 numbers, row by row, found \(numbers.count)")
            }
            return try RigidTransform(rowMajor: numbers)
        }
    }

    /// Says where something is wrong that `body` does not know the place of.
    private static func located<Value>(
        _ object: JSONObject, _ field: String, _ body: () throws(CloudError) -> Value
    ) throws(CloudError) -> Value {
        do {
            return try body()
        } catch {
            throw CloudError("\(object.place): \(field): \(error)")
        }
    }

    /// The classes of `{"0": "road", …}`, in the order of the numbers.
    private static func classes(_ value: JSONValue, _ place: String) throws(CloudError) -> LabelTable {
        guard case .object(let fields) = value, !fields.isEmpty else {
            throw CloudError(
                "\(place): expected an object of numbers and names, {\"0\": \"road\"}, found \(value.kind)")
        }
        var classes: [UInt16: String] = [:]
        for (key, value) in fields {
            guard let number = UInt16(key), number < .max, case .string(let name) = value else {
                throw CloudError(
                    "\(place): '\(key)': expected a number from 0 to 65534 and a name for it, found \(value.kind)")
            }
            guard classes.updateValue(name, forKey: number) == nil else {
                throw CloudError("\(place): has the number \(number) twice, expected it once")
            }
        }
        let entries = classes.sorted { $0.key < $1.key }.map { (name: $0.value, stored: [$0.key]) }
        // 0 often stands for none; where it is a class, the largest number does.
        return LabelTable(entries, none: classes[0] == nil ? [0, .max] : [.max])
    }
}
