import ArgumentParser

/// `ditta cloud`: what is done with point clouds.
struct CloudCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud",
        abstract: "Works on point clouds and the pictures that were taken of them.",
        discussion: """
            SCENES is a data set or drive in SemanticKITTI's layout, a folder with a cloud and cameras.json, or a folder of \
            such folders.

              ditta cloud check scenes -o pictures     whether points lie where the pictures show them
            """,
        subcommands: [CloudCheckCommand.self])
}
