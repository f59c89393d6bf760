import ArgumentParser

/// `ditta cloud`: what is done with point clouds.
struct CloudCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloud",
        abstract: "Works on point clouds and the pictures that were taken of them.",
        discussion: """
            SCENES is a data set or drive in SemanticKITTI's layout, a folder with a cloud and cameras.json, or a folder of \
            such folders.

              ditta cloud check scenes -o pictures                 whether points lie where the pictures show them
              ditta cloud train scenes -o model                    a model of labelled scenes and their pictures
              ditta cloud run scenes --model model -o labels       labels of points, trained on each scene's pictures
              ditta cloud eval labels scenes                       how right labels are
              ditta cloud bench scenes --model model -o table      methods in comparison, with and without shifts
            """,
        subcommands: [
            CloudCheckCommand.self, CloudTrainCommand.self, CloudRunCommand.self, CloudEvalCommand.self,
            CloudBenchCommand.self,
        ])
}
