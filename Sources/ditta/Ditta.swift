import ArgumentParser
import Checkpoints
import DittaKit

@main
struct Ditta: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ditta",
        abstract: "Makes image segmentation models hold still on video.",
        discussion: """
            ditta adapts an image segmentation model to a video on its first frames, with labels nobody drew, freezes \
            it, and labels every frame.

              ditta run video.mp4              labels, an overlay and a report
              ditta eval video-ditta truth     how good the labels are
              ditta inspect model.pth          what a checkpoint is, and whether it fits
              ditta cloud run scenes --model model -o out  labels of point clouds, taught by pictures of them
            """,
        version: dittaVersion,
        subcommands: [RunCommand.self, EvalCommand.self, InspectCommand.self, CloudCommand.self]
    )

    /// Runs the command that was asked for.
    ///
    /// What a command fails with may have names of files in it, which shall not command the terminal it is printed on.
    static func main() {
        restartInLimitedMemory()
        prepareStandardStreams()
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
            } catch  where exitCode(for: error) == .failure {
                throw DittaError(message(for: error).printable)
            }
        } catch  where exitCode(for: error).isSuccess {
            // Help and the like, which are results, too.
            do { try printResult(fullMessage(for: error)) } catch { exit(withError: error) }
        } catch {
            exit(withError: error)
        }
    }
}
