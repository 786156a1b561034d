"""The desktop editor. It uses only the names that `engine` exports.

Where to find what, each line from its entrance to its parts:

window     app (language, theme, garbage), main_window, menus (tool_bar, view_menu, compare_action,
           recent_menu), help, hint, icons
document   document (commands, photo), project (autosave, recovery, data_folder)
files      file_actions (file_dialogs), project_actions
canvas     canvas (zoom_view, items, loupe); canvas_tool: face_chooser (face_boxes),
           handles (picking, drag, selection_box, soft_selection, face_groups, pose_item,
           select_menu), brush (keep_menu, keep_bar, keep_view); pose_warnings
panes      panes (picture_view, views, images), at_rest
pose       head_turn (gizmo, head_view), pose_panel (marked_slider), pose_actions,
           copy_pose_dialog (pose_words); face_dock (expression_panel, presets_panel,
           pose_presets, named_pose_actions)
batches    export_dialog (export_form, export_view, path_list, sweep_rows), export_process
sequences  sequence, sequence_dialog (sequence_form, frame_view, footage_reader)
training   training (training_menu), training_panel (run_list, run_view, plots, sample_strip),
           training_form (data_rows, start_fields, settings_tree, checked_field), personalise,
           run_watcher, train_process
threads    predict_worker, background
measuring  latency

All that can be undone is one value, `document.Edit`: whatever changes it goes through
`Document.change`, and whatever shows it follows the document's signals.
"""

# Before anything imports NumPy: it says how many threads that may use.
import engine  # noqa: F401

# qimage2ndarray binds to whichever Qt is imported already, so PySide6 has to be first.
import PySide6.QtGui  # noqa: F401  # isort: skip
