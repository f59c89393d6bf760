"""Whole sessions. Names, and what they stand for (make.py says the rest):

    SESSION.CALLfFRAME.objectID.*
                         one call of the model, f = frame: `low` [S/4, S/4] /7 the low-res logits it gave, `count` how many
                         of all are above 0, `score` [1], `pointer` [C] /3 and `memory` [G*G, 64] /97 (token-major, after
                         rounding to bfloat16) as they are stored for that frame after the call

Sessions, in the order of their calls. A prompt is added as the processor adds it (points multiplied by S / extent, no
shift; the object alone is marked as having new inputs), always before the call that it belongs to:

    session   11 frames known in advance. For f = 0 ... 10: on f = 0 object 1 gets the click (0.3, 0.4) S; on f = 2
              object 2 the box (0.2, 0.25, 0.8, 0.7) S; on f = 3 object 3 the mask disc(180, 320, 100, 200, 40, 70) and on
              f = 8 disc(180, 320, 90, 150, 50, 60), resized to S x S with antialiasing and cut at 0.5 (`mask3.f.count`:
              how many cells are set). Then `forwardf`: one call on all objects that exist. After it on f = 5, object 1
              gets the points of CORRECTIONS on the frame that is already tracked, and `correctedf` calls again: object 1
              sees its memory, the answer replaces the frame's (it does not become a conditioning frame), the others are
              tracked anew. Then `reversef`, f = 8 ... 0, `propagate_in_video_iterator(start_frame_idx=8, reverse=True)`.
    long      20 frames known in advance: object 7 clicked on f = 0, and given 2 points (labels 1, 0) on f = 2 before it
              is tracked there, hence a second conditioning frame: 8 maps and 17 pointers.
    stream    5 frames that arrive one by one (`frame=`): object 1 clicked on f = 0. Pointers are timed over 15 frames
              instead of over min(frames, 16) - 1.

Two things of the reference that the values contain. Where a call meets a prompt of any object, the masks of all objects are
cut at 0 before they enter the memory, not only the prompted object's. And a mask given as a prompt is also decoded with
three masks for its pointer, where the original code decodes one.
"""

import torch
from drawing import disc, frame
from modules import Kept
from transformers import Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession


class Session:
    """A reference session with the processor's way of adding prompts, and a record of what it gave."""

    def __init__(self, model: Sam2VideoModel, kept: Kept, prefix: str, frames: int, streaming: bool = False):
        self.model, self.kept, self.prefix, self.side = model, kept, prefix, model.config.image_size
        self.facts = {"present": 0, "occluded": 0, "picked": set(), "stable": 0, "unstable": 0, "memories": 0,
                      "pointers": 0, "margin": [], "choice": []}
        self.frames, self.streaming = frames, streaming
        dtype = model.dtype
        video = None if streaming else torch.stack([frame(index, self.side) for index in range(frames)])
        self.session = Sam2VideoInferenceSession(video=video, dtype=dtype)
        self.watch()

    def watch(self) -> None:
        facts, decoder, attention = self.facts, self.model.mask_decoder, self.model.memory_attention

        def decoded(_, inputs, options, out):
            if options["multimask_output"]:
                best = out[1][0, 0].sort(descending=True)
                facts["picked"].add(int(best.indices[0]))
                facts["choice"].append(float(best.values[0] - best.values[1]))

        def attended(_, inputs, options):
            pointers = options["num_object_pointer_tokens"]
            cells = options["current_vision_features"].shape[0]
            facts["memories"] = max(facts["memories"], (options["memory"].shape[0] - pointers) // cells)
            facts["pointers"] = max(facts["pointers"], pointers * 64 // self.model.hidden_dim)

        inner = type(decoder)._get_stability_scores

        def stability(logits):
            value = inner(decoder, logits)
            facts["stable" if bool(value >= decoder.dynamic_multimask_stability_thresh) else "unstable"] += 1
            return value

        self.hooks = [decoder.register_forward_hook(decoded, with_kwargs=True),
                      attention.register_forward_pre_hook(attended, with_kwargs=True)]
        decoder._get_stability_scores = stability

    def close(self) -> dict:
        for hook in self.hooks:
            hook.remove()
        del self.model.mask_decoder._get_stability_scores
        return self.facts

    def points(self, obj: int, index: int, points: list, labels: list) -> None:
        """As `process_new_points_or_boxes_for_video_frame`: points in pixels of the S x S input, no shift."""
        session, slot = self.session, self.session.obj_id_to_idx(obj)
        session.add_point_inputs(slot, index, {
            "point_coords": torch.tensor(points, dtype=self.model.dtype)[None, None] * self.side,
            "point_labels": torch.tensor(labels)[None, None]})
        session.remove_mask_inputs(slot, index)
        session.obj_with_new_inputs = [obj]

    def mask(self, obj: int, index: int, mask: torch.Tensor) -> None:
        """As `process_new_mask_for_video_frame`: a mask of the video's size, brought to S x S and cut at 0.5."""
        session, slot = self.session, self.session.obj_id_to_idx(obj)
        mask = torch.nn.functional.interpolate(
            mask[None, None], size=(self.side, self.side), align_corners=False, mode="bilinear", antialias=True)
        mask = (mask >= 0.5).float()
        self.kept.keep(f"{self.prefix}.mask{obj}.{index}.count", mask.sum()[None])
        session.add_mask_inputs(slot, index, mask)
        session.remove_point_inputs(slot, index)
        session.obj_with_new_inputs = [obj]

    def run(self, run: str, index: int) -> None:
        """One call of the model on a frame, in forward order."""
        if self.streaming:
            self.record(run, self.model(self.session, frame_idx=index, frame=frame(index, self.side)))
        else:
            self.record(run, self.model(self.session, frame_idx=index))

    def record(self, run: str, out) -> None:
        for slot, obj in enumerate(out.object_ids):
            low, score = out.pred_masks[slot, 0], float(out.object_score_logits[slot].flatten()[0])
            name = f"{self.prefix}.{run}{out.frame_idx}.object{obj}"
            self.kept.keep(f"{name}.low", low, 7)
            self.kept.keep(f"{name}.count", (low > 0).sum().float()[None])
            self.kept.keep(f"{name}.score", torch.tensor([score]))
            self.facts["present" if score > 0 else "occluded"] += 1
            self.facts["margin"].append(abs(score))
            state = self.session.output_dict_per_obj[slot]
            entry = state["cond_frame_outputs"].get(out.frame_idx) or state["non_cond_frame_outputs"][out.frame_idx]
            self.kept.keep(f"{name}.pointer", entry["object_pointer"].flatten(), 3)
            self.kept.keep(f"{name}.memory", entry["maskmem_features"].flatten(), 97)


def story(model: Sam2VideoModel, kept: Kept, correction: tuple) -> dict:
    """Eleven frames and three objects, forward and then in reverse: see the top of this file."""
    told = Session(model, kept, "session", 11)
    for index in range(11):
        if index == 0:
            told.points(1, 0, [[0.3, 0.4]], [1])
        if index == 2:
            told.points(2, 2, [[0.2, 0.25], [0.8, 0.7]], [2, 3])
        if index == 3:
            told.mask(3, 3, disc(180, 320, 100, 200, 40, 70))
        if index == 8:
            told.mask(3, 8, disc(180, 320, 90, 150, 50, 60))
        told.run("forward", index)
        if index == 5:
            told.points(1, 5, *correction)
            told.run("corrected", index)
    for out in model.propagate_in_video_iterator(told.session, start_frame_idx=8, reverse=True):
        told.record("reverse", out)
    return told.close()


def long(model: Sam2VideoModel, kept: Kept) -> dict:
    told = Session(model, kept, "long", 20)
    for index in range(20):
        if index == 0:
            told.points(7, 0, [[0.6, 0.5]], [1])
        if index == 2:
            told.points(7, 2, [[0.55, 0.5], [0.1, 0.9]], [1, 0])
        told.run("forward", index)
    return told.close()


def stream(model: Sam2VideoModel, kept: Kept) -> dict:
    told = Session(model, kept, "stream", 5, streaming=True)
    for index in range(5):
        if index == 0:
            told.points(1, 0, [[0.6, 0.5]], [1])
        told.run("forward", index)
    return told.close()


CORRECTIONS = {
    "small-2.1": ([[0.7, 0.65]], [0]),
    "small-2.0": ([[0.35, 0.4], [0.7, 0.65]], [1, 0]),
}
