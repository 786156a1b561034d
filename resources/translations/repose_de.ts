<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_GB">
<context>
    <name>Autosave</name>
    <message>
        <source>Autosave failed: {}</source>
        <translation>Die automatische Sicherung ist fehlgeschlagen: {}</translation>
    </message>
</context>
<context>
    <name>Brush</name>
    <message>
        <source>Soft border</source>
        <translation>Weicher Rand</translation>
    </message>
    <message>
        <source>Clear kept areas</source>
        <translation>Bewahrte Bereiche löschen</translation>
    </message>
    <message>
        <source>Invert kept areas</source>
        <translation>Bewahrte Bereiche umkehren</translation>
    </message>
    <message>
        <source>Drag to paint the areas to keep; Ctrl erases, [ and ] set the size, Esc ends</source>
        <translation>Ziehen malt die Bereiche, die bleiben sollen; Strg radiert, [ und ] ändern die Größe, Esc beendet</translation>
    </message>
    <message>
        <source>Erase kept areas</source>
        <translation>Bewahrte Bereiche radieren</translation>
    </message>
    <message>
        <source>Paint kept areas</source>
        <translation>Bewahrte Bereiche malen</translation>
    </message>
    <message>
        <source>Drag to erase; [ and ] set the size, Esc ends</source>
        <translation>Ziehen radiert; [ und ] ändern die Größe, Esc beendet</translation>
    </message>
</context>
<context>
    <name>CameraDialog</name>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Mirror me</source>
        <translation>Mich spiegeln</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>This is my neutral face</source>
        <translation>Das ist mein neutrales Gesicht</translation>
    </message>
    <message>
        <source>Use this pose</source>
        <translation>Diese Pose verwenden</translation>
    </message>
    <message>
        <source>Record…</source>
        <translation>Aufnehmen …</translation>
    </message>
    <message>
        <source>The photo in your pose appears here.</source>
        <translation>Hier erscheint das Foto in Ihrer Pose.</translation>
    </message>
    <message>
        <source>Camera {number}</source>
        <translation>Kamera {number}</translation>
    </message>
    <message>
        <source>No camera is connected. Connect one and open this dialog again.</source>
        <translation>Keine Kamera ist angeschlossen. Schließen Sie eine an und öffnen Sie diesen Dialog noch einmal.</translation>
    </message>
    <message>
        <source>Writing {}…</source>
        <translation>{} wird geschrieben …</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Write what you see here to a video (MP4)</source>
        <translation>Was hier zu sehen ist, als Video (MP4) schreiben</translation>
    </message>
    <message>
        <source>Look ahead with a resting face, then click</source>
        <translation>Mit ruhigem Gesicht geradeaus schauen, dann klicken</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Aufnahme beenden</translation>
    </message>
    <message>
        <source>No face is seen.</source>
        <translation>Kein Gesicht ist zu sehen.</translation>
    </message>
    <message>
        <source>Open a photo and choose its face.</source>
        <translation>Öffnen Sie ein Foto und wählen Sie sein Gesicht.</translation>
    </message>
    <message>
        <source>{fps:.0f} frames a second</source>
        <translation>{fps:.0f} Bilder pro Sekunde</translation>
    </message>
    <message>
        <source>MP4 video</source>
        <translation>MP4-Video</translation>
    </message>
    <message>
        <source>Record to</source>
        <translation>Aufnehmen in</translation>
    </message>
    <message>
        <source>Recording: {minutes}:{seconds:02}</source>
        <translation>Aufnahme: {minutes}:{seconds:02}</translation>
    </message>
    <message>
        <source>Recorded {}</source>
        <translation>{} aufgenommen</translation>
    </message>
    <message>
        <source>Take pose from camera</source>
        <translation>Pose der Kamera übernehmen</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Photo with the points of the face</source>
        <translation>Foto mit den Punkten des Gesichts</translation>
    </message>
</context>
<context>
    <name>CoefficientsPanel</name>
    <message>
        <source>Single movements</source>
        <translation>Einzelne Bewegungen</translation>
    </message>
    <message>
        <source>All movements of the face, each from 0 to 100 %, for both sides separately</source>
        <translation>Alle Bewegungen des Gesichts, jede von 0 bis 100 %, für beide Seiten getrennt</translation>
    </message>
    <message>
        <source>As the face is now; 0 is a face at rest.</source>
        <translation>Wie das Gesicht jetzt ist; 0 ist ein ruhendes Gesicht.</translation>
    </message>
    <message>
        <source>Left and right are the person&apos;s own.</source>
        <translation>Links und rechts von der Person aus gesehen.</translation>
    </message>
    <message>
        <source>{}, right</source>
        <translation>{}, rechts</translation>
    </message>
    <message>
        <source>The person&apos;s own right side, at the left in the picture.</source>
        <translation>Die rechte Seite der Person, im Bild links.</translation>
    </message>
    <message>
        <source>{}, left</source>
        <translation>{}, links</translation>
    </message>
    <message>
        <source>The person&apos;s own left side, at the right in the picture.</source>
        <translation>Die linke Seite der Person, im Bild rechts.</translation>
    </message>
    <message>
        <source>The mark is the value in the photo; double-click the name to return to it.</source>
        <translation>Der Strich ist der Wert im Foto; ein Doppelklick auf den Namen stellt ihn wieder her.</translation>
    </message>
    <message>
        <source>Eyes</source>
        <translation>Augen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Open wide</source>
        <translation>Aufreißen</translation>
    </message>
    <message>
        <source>Squint</source>
        <translation>Zukneifen</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Look down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Look in</source>
        <translation>Nach innen</translation>
    </message>
    <message>
        <source>Look out</source>
        <translation>Nach außen</translation>
    </message>
    <message>
        <source>Brows</source>
        <translation>Brauen</translation>
    </message>
    <message>
        <source>Lower</source>
        <translation>Senken</translation>
    </message>
    <message>
        <source>Raise the middle</source>
        <translation>Mitte heben</translation>
    </message>
    <message>
        <source>Raise end</source>
        <translation>Ende heben</translation>
    </message>
    <message>
        <source>Jaw</source>
        <translation>Kiefer</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Nach vorn</translation>
    </message>
    <message>
        <source>To the right</source>
        <translation>Nach rechts</translation>
    </message>
    <message>
        <source>To the left</source>
        <translation>Nach links</translation>
    </message>
    <message>
        <source>Mouth</source>
        <translation>Mund</translation>
    </message>
    <message>
        <source>Smile</source>
        <translation>Lächeln</translation>
    </message>
    <message>
        <source>Corner down</source>
        <translation>Winkel senken</translation>
    </message>
    <message>
        <source>Dimple</source>
        <translation>Grübchen</translation>
    </message>
    <message>
        <source>Stretch</source>
        <translation>Breitziehen</translation>
    </message>
    <message>
        <source>Press</source>
        <translation>Pressen</translation>
    </message>
    <message>
        <source>Lip up</source>
        <translation>Lippe heben</translation>
    </message>
    <message>
        <source>Lip down</source>
        <translation>Lippe senken</translation>
    </message>
    <message>
        <source>Lips closed</source>
        <translation>Lippen schließen</translation>
    </message>
    <message>
        <source>Funnel</source>
        <translation>Trichter</translation>
    </message>
    <message>
        <source>Pucker</source>
        <translation>Kussmund</translation>
    </message>
    <message>
        <source>Upper lip in</source>
        <translation>Oberlippe einziehen</translation>
    </message>
    <message>
        <source>Lower lip in</source>
        <translation>Unterlippe einziehen</translation>
    </message>
    <message>
        <source>Push upper lip up</source>
        <translation>Oberlippe schürzen</translation>
    </message>
    <message>
        <source>Push lower lip up</source>
        <translation>Unterlippe schürzen</translation>
    </message>
    <message>
        <source>Tongue out</source>
        <translation>Zunge heraus</translation>
    </message>
    <message>
        <source>Cheeks</source>
        <translation>Wangen</translation>
    </message>
    <message>
        <source>Puff</source>
        <translation>Aufblasen</translation>
    </message>
    <message>
        <source>Raise</source>
        <translation>Heben</translation>
    </message>
    <message>
        <source>Nose</source>
        <translation>Nase</translation>
    </message>
    <message>
        <source>Sneer</source>
        <translation>Rümpfen</translation>
    </message>
    <message>
        <source>Change expression</source>
        <translation>Mimik ändern</translation>
    </message>
</context>
<context>
    <name>CopyPoseDialog</name>
    <message>
        <source>Copy pose from photo</source>
        <translation>Pose aus einem Foto übernehmen</translation>
    </message>
    <message>
        <source>Faces in the photo</source>
        <translation>Gesichter im Foto</translation>
    </message>
    <message>
        <source>{name}: {note}</source>
        <translation>{name}: {note}</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>How far to move to the other pose; more than 100 % exaggerates it</source>
        <translation>Wie weit zur anderen Pose; mehr als 100 % übertreibt sie</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>An average face</source>
        <translation>Einem durchschnittlichen Gesicht</translation>
    </message>
    <message>
        <source>Choose a photo of the same person with a neutral face: only what differs from it is copied, not the shape of the face</source>
        <translation>Wählen Sie ein Foto derselben Person mit neutralem Gesicht: Nur was davon abweicht, wird übernommen, nicht die Form des Gesichts</translation>
    </message>
    <message>
        <source>Click the face whose pose to copy.</source>
        <translation>Klicken Sie auf das Gesicht, dessen Pose übernommen werden soll.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>Verglichen mit</translation>
    </message>
    <message>
        <source>Copy pose</source>
        <translation>Pose übernehmen</translation>
    </message>
    <message>
        <source>Photo of a neutral face</source>
        <translation>Foto eines neutralen Gesichts</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>No face was found in {}; choose another photo.</source>
        <translation>In {} wurde kein Gesicht gefunden; wählen Sie ein anderes Foto.</translation>
    </message>
    <message>
        <source>{} could not be opened; choose another photo.</source>
        <translation>{} konnte nicht geöffnet werden; wählen Sie ein anderes Foto.</translation>
    </message>
    <message>
        <source>Choose at least one part to copy.</source>
        <translation>Wählen Sie mindestens einen Teil aus, der übernommen werden soll.</translation>
    </message>
</context>
<context>
    <name>DataRow</name>
    <message>
        <source>a folder per person</source>
        <translation>ein Ordner je Person</translation>
    </message>
    <message>
        <source>files person-pose</source>
        <translation>Dateien Person-Pose</translation>
    </message>
    <message>
        <source>single portraits</source>
        <translation>einzelne Porträts</translation>
    </message>
    <message>
        <source>A folder of pictures, or a cache</source>
        <translation>Ein Ordner mit Bildern oder ein Cache</translation>
    </message>
    <message>
        <source>Folder of pictures</source>
        <translation>Ordner mit Bildern</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>Anordnung</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner auswählen</translation>
    </message>
    <message>
        <source>Remove this folder</source>
        <translation>Diesen Ordner entfernen</translation>
    </message>
</context>
<context>
    <name>DataRows</name>
    <message>
        <source>Name a folder of pictures.</source>
        <translation>Geben Sie einen Ordner mit Bildern an.</translation>
    </message>
    <message>
        <source>Add another folder</source>
        <translation>Weiteren Ordner hinzufügen</translation>
    </message>
    <message>
        <source>The folders are being listed…</source>
        <translation>Die Ordner werden durchgesehen …</translation>
    </message>
    <message>
        <source>In all {pictures}</source>
        <translation>Insgesamt {pictures}</translation>
    </message>
</context>
<context>
    <name>Document</name>
    <message>
        <source>Correct the points</source>
        <translation>Punkte berichtigen</translation>
    </message>
    <message>
        <source>Place a face by hand</source>
        <translation>Ein Gesicht von Hand setzen</translation>
    </message>
    <message>
        <source>Turn head</source>
        <translation>Kopf drehen</translation>
    </message>
    <message>
        <source>Change expression</source>
        <translation>Mimik ändern</translation>
    </message>
    <message>
        <source>Reset pose</source>
        <translation>Pose zurücksetzen</translation>
    </message>
</context>
<context>
    <name>EditMenu</name>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>Undo the last change</source>
        <translation>Die letzte Änderung rückgängig machen</translation>
    </message>
    <message>
        <source>Redo the change</source>
        <translation>Die Änderung wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Reset pose</source>
        <translation>Pose &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Restore the pose of the photo (can be undone)</source>
        <translation>Die Pose des Fotos wiederherstellen (lässt sich rückgängig machen)</translation>
    </message>
    <message>
        <source>&amp;Copy picture</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy the photo with the reposed face to the clipboard, at full size</source>
        <translation>Das Foto mit dem Gesicht in neuer Pose in die Zwischenablage kopieren, in voller Größe</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>Open the picture or the file in the clipboard</source>
        <translation>Das Bild oder die Datei in der Zwischenablage öffnen</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>There is not enough memory for this; close other programs or use a smaller photo.</source>
        <translation>Dafür reicht der Speicher nicht; schließen Sie andere Programme oder nehmen Sie ein kleineres Foto.</translation>
    </message>
    <message>
        <source>An unexpected error occurred ({what}).</source>
        <translation>Ein unerwarteter Fehler ist aufgetreten ({what}).</translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message>
        <source>The clipboard holds no picture and no file: copy one, then paste again.</source>
        <translation>In der Zwischenablage ist weder ein Bild noch eine Datei: Kopieren Sie eines davon und fügen Sie es dann ein.</translation>
    </message>
    <message>
        <source>Repose opens nothing from the internet: save the picture in a file and open that.</source>
        <translation>Repose öffnet nichts aus dem Internet: Sichern Sie das Bild in einer Datei und öffnen Sie diese.</translation>
    </message>
    <message>
        <source>Several files at once are exported as a batch, which takes photos and poses, but not {names}. Drop a single file to open it.</source>
        <translation>Mehrere Dateien werden als Stapel exportiert, der Fotos und Posen aufnimmt, aber nicht {names}. Eine einzelne Datei wird geöffnet.</translation>
    </message>
    <message>
        <source>The picture in the data is damaged.</source>
        <translation>Das Bild in den Daten ist beschädigt.</translation>
    </message>
    <message>
        <source>Copied the picture, {}x{} pixels</source>
        <translation>Bild kopiert, {}x{} Pixel</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export batch</source>
        <translation>Stapel exportieren</translation>
    </message>
    <message>
        <source>1 picture</source>
        <translation>1 Bild</translation>
    </message>
    <message>
        <source>{count} pictures</source>
        <translation>{count} Bilder</translation>
    </message>
    <message>
        <source>, as it is in the photo: add a pose, or an angle to turn by</source>
        <translation>, wie im Foto: Fügen Sie eine Pose hinzu, oder einen Winkel zum Drehen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Retry failures</source>
        <translation>Fehlgeschlagene wiederholen</translation>
    </message>
    <message>
        <source>Open report</source>
        <translation>Bericht öffnen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Copy the command line that runs this export</source>
        <translation>Die Befehlszeile kopieren, die diesen Export ausführt</translation>
    </message>
    <message>
        <source>This system has no program to open {path}: open it by hand.</source>
        <translation>Dieses System hat kein Programm, das {path} öffnet: Öffnen Sie es selbst.</translation>
    </message>
    <message>
        <source>Exported: {what}</source>
        <translation>Exportiert: {what}</translation>
    </message>
</context>
<context>
    <name>ExportForm</name>
    <message>
        <source>Whole photo</source>
        <translation>Ganzes Foto</translation>
    </message>
    <message>
        <source>Change alone, transparent</source>
        <translation>Nur die Änderung, transparent</translation>
    </message>
    <message>
        <source>Face alone, refined</source>
        <translation>Nur das Gesicht, verfeinert</translation>
    </message>
    <message>
        <source>Face alone, coarse</source>
        <translation>Nur das Gesicht, grob</translation>
    </message>
    <message>
        <source>Difference map</source>
        <translation>Differenzbild</translation>
    </message>
    <message>
        <source>PNG, exact</source>
        <translation>PNG, verlustfrei</translation>
    </message>
    <message>
        <source>JPEG, small</source>
        <translation>JPEG, klein</translation>
    </message>
    <message>
        <source>WebP, smaller</source>
        <translation>WebP, kleiner</translation>
    </message>
    <message>
        <source>TIFF, exact</source>
        <translation>TIFF, verlustfrei</translation>
    </message>
    <message>
        <source>OpenRaster, layers</source>
        <translation>OpenRaster, Ebenen</translation>
    </message>
    <message>
        <source>Photoshop, layers</source>
        <translation>Photoshop, Ebenen</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>The largest</source>
        <translation>Das größte</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>By number</source>
        <translation>Nach Nummer</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Poses</source>
        <translation>Posen</translation>
    </message>
    <message>
        <source>The pose in the editor</source>
        <translation>Die Pose im Editor</translation>
    </message>
    <message>
        <source>Keep the areas painted in the editor, in its photo</source>
        <translation>Die im Editor gemalten Bereiche bewahren, in seinem Foto</translation>
    </message>
    <message>
        <source>The areas painted with the menu Keep do not change</source>
        <translation>Die mit dem Menü „Bewahren“ gemalten Bereiche ändern sich nicht</translation>
    </message>
    <message>
        <source>These fields are replaced: {fields}</source>
        <translation>Diese Felder werden ersetzt: {fields}</translation>
    </message>
    <message>
        <source>Which faces of each photo get the pose</source>
        <translation>Welche Gesichter jedes Fotos die Pose bekommen</translation>
    </message>
    <message>
        <source>Only the faces</source>
        <translation>Nur die Gesichter</translation>
    </message>
    <message>
        <source>The contact sheet shows the square around each face</source>
        <translation>Der Kontaktbogen zeigt das Quadrat um jedes Gesicht</translation>
    </message>
    <message>
        <source>Overwrite pictures that exist</source>
        <translation>Vorhandene Bilder überschreiben</translation>
    </message>
    <message>
        <source>XMP: that a trained model made parts of it, and which. EXIF and colours are kept.</source>
        <translation>XMP: dass ein trainiertes Modell Teile davon erzeugt hat, und welches. EXIF und Farben bleiben erhalten.</translation>
    </message>
    <message>
        <source>Add a pose of the panel Expression and poses</source>
        <translation>Eine Pose der Leiste „Ausdruck und Posen“ hinzufügen</translation>
    </message>
    <message>
        <source> fps</source>
        <translation> Bilder/s</translation>
    </message>
    <message>
        <source>Pictures per second</source>
        <translation>Bilder je Sekunde</translation>
    </message>
    <message>
        <source>Numbers of the faces</source>
        <translation>Nummern der Gesichter</translation>
    </message>
    <message>
        <source>1 is the largest face, 2 the second largest; several with commas, such as 1,3</source>
        <translation>1 ist das größte Gesicht, 2 das zweitgrößte; mehrere mit Kommas, etwa 1,3</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>from the pose in the editor, all combinations</source>
        <translation>ausgehend von der Pose im Editor, alle Kombinationen</translation>
    </message>
    <message>
        <source>from the pose, all combinations</source>
        <translation>ausgehend von der Pose, alle Kombinationen</translation>
    </message>
    <message>
        <source>A contact sheet of all pictures</source>
        <translation>Ein Kontaktbogen aller Bilder</translation>
    </message>
    <message>
        <source>Note in the pictures that they were edited</source>
        <translation>In den Bildern vermerken, dass sie bearbeitet wurden</translation>
    </message>
    <message>
        <source>Choose a folder for the pictures.</source>
        <translation>Wählen Sie einen Ordner für die Bilder.</translation>
    </message>
    <message>
        <source>Named pose</source>
        <translation>Benannte Pose</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Folder for the pictures</source>
        <translation>Ordner für die Bilder</translation>
    </message>
    <message>
        <source>Name of the pictures</source>
        <translation>Name der Bilder</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner auswählen</translation>
    </message>
    <message>
        <source>each of these …</source>
        <translation>jedes von diesen …</translation>
    </message>
    <message>
        <source>… in the pose of each of these (none: its own)</source>
        <translation>… in der Pose von jedem von diesen (keine: in der eigenen)</translation>
    </message>
    <message>
        <source>Turned by</source>
        <translation>Gedreht um</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Pose of photos</source>
        <translation>Pose von Fotos</translation>
    </message>
    <message>
        <source>Animation</source>
        <translation>Animation</translation>
    </message>
</context>
<context>
    <name>ExportProcess</name>
    <message>
        <source>no error message</source>
        <translation>keine Fehlermeldung</translation>
    </message>
    <message>
        <source>The export was aborted: {why}</source>
        <translation>Der Export wurde abgebrochen: {why}</translation>
    </message>
    <message>
        <source>The export could not be started.</source>
        <translation>Der Export konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>{file} cannot be written: {why}.</source>
        <translation>{file} kann nicht geschrieben werden: {why}.</translation>
    </message>
</context>
<context>
    <name>ExportRow</name>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>&amp;Video or animation…</source>
        <translation>&amp;Video oder Animation …</translation>
    </message>
    <message>
        <source>&amp;Pictures, one for each frame…</source>
        <translation>&amp;Bilder, eines je Einzelbild …</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>Ganzes Foto</translation>
    </message>
    <message>
        <source>Face alone</source>
        <translation>Nur das Gesicht</translation>
    </message>
    <message>
        <source>What to export</source>
        <translation>Was exportiert wird</translation>
    </message>
    <message>
        <source>What the exported frames show</source>
        <translation>Was die exportierten Bilder zeigen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Write all frames to files</source>
        <translation>Alle Einzelbilder in Dateien schreiben</translation>
    </message>
    <message>
        <source>MP4 video</source>
        <translation>MP4-Video</translation>
    </message>
    <message>
        <source>GIF animation</source>
        <translation>GIF-Animation</translation>
    </message>
    <message>
        <source>Export video</source>
        <translation>Video exportieren</translation>
    </message>
    <message>
        <source>Folder for the pictures of the frames</source>
        <translation>Ordner für die Einzelbilder</translation>
    </message>
    <message>
        <source>Exported: {names}</source>
        <translation>Exportiert: {names}</translation>
    </message>
</context>
<context>
    <name>ExportState</name>
    <message>
        <source>Show the export</source>
        <translation>Den Export zeigen</translation>
    </message>
    <message>
        <source>{name}: {done} of {total}</source>
        <translation>{name}: {done} von {total}</translation>
    </message>
    <message>
        <source>{name} failed</source>
        <translation>{name} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{name} stopped</source>
        <translation>{name} angehalten</translation>
    </message>
    <message>
        <source>{name} finished</source>
        <translation>{name} fertig</translation>
    </message>
</context>
<context>
    <name>ExportView</name>
    <message>
        <source>What failed</source>
        <translation>Was fehlgeschlagen ist</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>{reason} ({count} times)</source>
        <translation>{reason} ({count}-mal)</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>Stopping: the pictures in progress are being finished…</source>
        <translation>Wird angehalten: die begonnenen Bilder werden fertiggestellt …</translation>
    </message>
    <message>
        <source>stopped; Export continues where it stopped</source>
        <translation>angehalten; „Exportieren“ setzt dort fort</translation>
    </message>
    <message>
        <source>{count} existed already</source>
        <translation>{count} gab es schon</translation>
    </message>
    <message>
        <source>1 picture made</source>
        <translation>1 Bild erstellt</translation>
    </message>
    <message>
        <source>{count} pictures made</source>
        <translation>{count} Bilder erstellt</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>und {count} weitere</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>ExpressionMenu</name>
    <message>
        <source>&amp;Expression</source>
        <translation>&amp;Mimik</translation>
    </message>
    <message>
        <source>&amp;Neutral face</source>
        <translation>&amp;Neutrales Gesicht</translation>
    </message>
    <message>
        <source>As in the &amp;photo</source>
        <translation>Wie im &amp;Foto</translation>
    </message>
    <message>
        <source>&amp;Look at the viewer</source>
        <translation>Zum &amp;Betrachter schauen</translation>
    </message>
    <message>
        <source>Neutral face</source>
        <translation>Neutrales Gesicht</translation>
    </message>
    <message>
        <source>As in the photo</source>
        <translation>Wie im Foto</translation>
    </message>
</context>
<context>
    <name>ExpressionPanel</name>
    <message>
        <source>Neutral face</source>
        <translation>Neutrales Gesicht</translation>
    </message>
    <message>
        <source>As in the photo</source>
        <translation>Wie im Foto</translation>
    </message>
    <message>
        <source>Close the mouth, remove a smile, open closed eyes</source>
        <translation>Den Mund schließen, ein Lächeln entfernen, geschlossene Augen öffnen</translation>
    </message>
    <message>
        <source>Reset all points to the photo; keep the turn of the head</source>
        <translation>Alle Punkte auf das Foto zurücksetzen; die Drehung des Kopfes bleibt</translation>
    </message>
    <message>
        <source>Open mouth</source>
        <translation>Mund öffnen</translation>
    </message>
    <message>
        <source>Right of 0 the jaw drops, left of it the lips meet.</source>
        <translation>Rechts von 0 sinkt der Kiefer, links davon schließen sich die Lippen.</translation>
    </message>
    <message>
        <source>Smile</source>
        <translation>Lächeln</translation>
    </message>
    <message>
        <source>Right of 0 a smile, left of it a sad mouth.</source>
        <translation>Rechts von 0 ein Lächeln, links davon ein trauriger Mund.</translation>
    </message>
    <message>
        <source>Pucker</source>
        <translation>Kussmund</translation>
    </message>
    <message>
        <source>Right of 0 the lips of a kiss, left of it a wide mouth.</source>
        <translation>Rechts von 0 gespitzte Lippen, links davon ein breiter Mund.</translation>
    </message>
    <message>
        <source>Close right eye</source>
        <translation>Rechtes Auge schließen</translation>
    </message>
    <message>
        <source>The person&apos;s own right eye, at the left in the picture. Left of 0 it opens further.</source>
        <translation>Das rechte Auge der Person, im Bild links. Links von 0 öffnet es sich weiter.</translation>
    </message>
    <message>
        <source>Close left eye</source>
        <translation>Linkes Auge schließen</translation>
    </message>
    <message>
        <source>The person&apos;s own left eye, at the right in the picture. Left of 0 it opens further.</source>
        <translation>Das linke Auge der Person, im Bild rechts. Links von 0 öffnet es sich weiter.</translation>
    </message>
    <message>
        <source>Raise brows</source>
        <translation>Brauen heben</translation>
    </message>
    <message>
        <source>Right of 0 both brows go up, left of it down.</source>
        <translation>Rechts von 0 gehen beide Brauen nach oben, links davon nach unten.</translation>
    </message>
    <message>
        <source>Frown</source>
        <translation>Stirn runzeln</translation>
    </message>
    <message>
        <source>Right of 0 the brows draw together, left of it they worry.</source>
        <translation>Rechts von 0 ziehen sich die Brauen zusammen, links davon schauen sie besorgt.</translation>
    </message>
</context>
<context>
    <name>FaceChooser</name>
    <message>
        <source>Click to repose this face, too</source>
        <translation>Klicken, um auch diesem Gesicht eine neue Pose zu geben</translation>
    </message>
</context>
<context>
    <name>FaceDock</name>
    <message>
        <source>Expression and poses</source>
        <translation>Mimik und Posen</translation>
    </message>
    <message>
        <source>0 changes nothing</source>
        <translation>0 ändert nichts</translation>
    </message>
    <message>
        <source>Expression</source>
        <translation>Mimik</translation>
    </message>
    <message>
        <source>Gaze</source>
        <translation>Blick</translation>
    </message>
    <message>
        <source>Sliders of expression and gaze</source>
        <translation>Regler für Mimik und Blick</translation>
    </message>
    <message>
        <source>Poses</source>
        <translation>Posen</translation>
    </message>
</context>
<context>
    <name>FaceGroup</name>
    <message>
        <source>Jaw</source>
        <translation>Kiefer</translation>
    </message>
    <message>
        <source>Right brow</source>
        <translation>Rechte Braue</translation>
    </message>
    <message>
        <source>Left brow</source>
        <translation>Linke Braue</translation>
    </message>
    <message>
        <source>Nose</source>
        <translation>Nase</translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation>Rechtes Auge</translation>
    </message>
    <message>
        <source>Left eye</source>
        <translation>Linkes Auge</translation>
    </message>
    <message>
        <source>Mouth</source>
        <translation>Mund</translation>
    </message>
    <message>
        <source>Inner mouth</source>
        <translation>Innerer Mund</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Kopf</translation>
    </message>
</context>
<context>
    <name>FileActions</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Photos and projects</source>
        <translation>Fotos und Projekte</translation>
    </message>
    <message>
        <source>The picture of {} is saved, but not its points and its pose. Save them as a project, to continue later?</source>
        <translation>Das Bild zu {} ist gesichert, aber nicht seine Punkte und seine Pose. Als Projekt sichern, um später weiterzuarbeiten?</translation>
    </message>
    <message>
        <source>{} was edited and not saved. Save it?</source>
        <translation>{} wurde bearbeitet und nicht gesichert. Sichern?</translation>
    </message>
    <message>
        <source>Stop the export</source>
        <translation>Export anhalten</translation>
    </message>
    <message>
        <source>PNG, exact</source>
        <translation>PNG, verlustfrei</translation>
    </message>
    <message>
        <source>JPEG, small</source>
        <translation>JPEG, klein</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>Bild sichern</translation>
    </message>
    <message>
        <source>An export is running. Stop it? Finished pictures are kept, and the same export can be continued later.</source>
        <translation>Ein Export läuft. Anhalten? Fertige Bilder bleiben, und derselbe Export lässt sich später fortsetzen.</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>OpenRaster: photo and change as layers</source>
        <translation>OpenRaster: Foto und Änderung als Ebenen</translation>
    </message>
    <message>
        <source>Photoshop: photo and change as layers</source>
        <translation>Photoshop: Foto und Änderung als Ebenen</translation>
    </message>
    <message>
        <source>Change alone, as a transparent layer</source>
        <translation>Nur die Änderung, als transparente Ebene</translation>
    </message>
    <message>
        <source>{} is the original photo. Overwrite it? This cannot be undone.</source>
        <translation>{} ist das Originalfoto. Überschreiben? Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>Overwrite the original</source>
        <translation>Original überschreiben</translation>
    </message>
    <message>
        <source>Saving {}…</source>
        <translation>{} wird gesichert …</translation>
    </message>
    <message>
        <source>Repose pose</source>
        <translation>Repose-Pose</translation>
    </message>
    <message>
        <source>iBUG points</source>
        <translation>iBUG-Punkte</translation>
    </message>
    <message>
        <source>Table of points</source>
        <translation>Tabelle der Punkte</translation>
    </message>
    <message>
        <source>Save pose</source>
        <translation>Pose sichern</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} gesichert</translation>
    </message>
    <message>
        <source>A pose needs a face: open a photo and choose its face first.</source>
        <translation>Eine Pose braucht ein Gesicht: Öffnen Sie zuerst ein Foto und wählen Sie das Gesicht darin.</translation>
    </message>
    <message>
        <source>Open pose</source>
        <translation>Pose öffnen</translation>
    </message>
    <message>
        <source>Poses</source>
        <translation>Posen</translation>
    </message>
    <message>
        <source>Copy pose from photo</source>
        <translation>Pose aus einem Foto übernehmen</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Open model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Opening {} and looking for faces…</source>
        <translation>{} wird geöffnet, Gesichter werden gesucht …</translation>
    </message>
    <message>
        <source>No face was found in {}; choose another photo.</source>
        <translation>In {} wurde kein Gesicht gefunden; wählen Sie ein anderes Foto.</translation>
    </message>
    <message>
        <source>Copy pose</source>
        <translation>Pose übernehmen</translation>
    </message>
    <message>
        <source>Saved {} (BMP files cannot note that they were edited)</source>
        <translation>{} gesichert (BMP-Dateien können nicht vermerken, dass sie bearbeitet wurden)</translation>
    </message>
</context>
<context>
    <name>FileDialogs</name>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>{name} exists. Replace it?</source>
        <translation>{name} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>Save &amp;project…</source>
        <translation>&amp;Projekt sichern …</translation>
    </message>
    <message>
        <source>&amp;Save picture…</source>
        <translation>Bild &amp;sichern …</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
</context>
<context>
    <name>FileMenu</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open a photo of a face, or a project</source>
        <translation>Ein Foto mit einem Gesicht oder ein Projekt öffnen</translation>
    </message>
    <message>
        <source>Open sa&amp;mple photo</source>
        <translation>Beispie&amp;lfoto öffnen</translation>
    </message>
    <message>
        <source>Open the photo that comes with Repose</source>
        <translation>Das Foto öffnen, das Repose mitbringt</translation>
    </message>
    <message>
        <source>Save the photo&apos;s name, points, pose, kept areas and view in one file</source>
        <translation>Name des Fotos, Punkte, Pose, bewahrte Bereiche und Ansicht in einer Datei sichern</translation>
    </message>
    <message>
        <source>Save project &amp;as…</source>
        <translation>Projekt sichern &amp;unter …</translation>
    </message>
    <message>
        <source>Save the project in another file</source>
        <translation>Das Projekt in einer anderen Datei sichern</translation>
    </message>
    <message>
        <source>&amp;Save picture…</source>
        <translation>Bild &amp;sichern …</translation>
    </message>
    <message>
        <source>Save the photo with the reposed face, at full size</source>
        <translation>Das Foto mit dem Gesicht in neuer Pose sichern, in voller Größe</translation>
    </message>
    <message>
        <source>Save pro&amp;ject</source>
        <translation>Pro&amp;jekt sichern</translation>
    </message>
    <message>
        <source>&amp;Note edits in pictures</source>
        <translation>Bearbeitung in Bildern ver&amp;merken</translation>
    </message>
    <message>
        <source>Write into saved pictures that they were edited, and with which model</source>
        <translation>In gesicherte Bilder schreiben, dass sie bearbeitet wurden, und mit welchem Modell</translation>
    </message>
    <message>
        <source>Keep the p&amp;lace (GPS)</source>
        <translation>Aufnahme&amp;ort behalten (GPS)</translation>
    </message>
    <message>
        <source>Keep in saved pictures where the photo was taken, if it says so</source>
        <translation>In gesicherten Bildern lassen, wo das Foto entstand, falls es das sagt</translation>
    </message>
    <message>
        <source>Find &amp;faces with</source>
        <translation>&amp;Gesichter finden mit</translation>
    </message>
    <message>
        <source>E&amp;xport batch…</source>
        <translation>Stapel e&amp;xportieren …</translation>
    </message>
    <message>
        <source>Repose many photos in many poses at once</source>
        <translation>Viele Fotos auf einmal in viele Posen bringen</translation>
    </message>
    <message>
        <source>Open &amp;pose…</source>
        <translation>&amp;Pose öffnen …</translation>
    </message>
    <message>
        <source>Give this face the pose of a pose file</source>
        <translation>Diesem Gesicht die Pose einer Posendatei geben</translation>
    </message>
    <message>
        <source>Save pos&amp;e…</source>
        <translation>Pos&amp;e sichern …</translation>
    </message>
    <message>
        <source>Save the pose to a file</source>
        <translation>Die Pose in einer Datei ablegen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Close the window; trainings continue</source>
        <translation>Das Fenster schließen; Trainings laufen weiter</translation>
    </message>
    <message>
        <source>&amp;MediaPipe</source>
        <translation>&amp;MediaPipe</translation>
    </message>
    <message>
        <source>Finds faces up to the profile</source>
        <translation>Findet Gesichter bis ins Profil</translation>
    </message>
    <message>
        <source>&amp;dlib</source>
        <translation>&amp;dlib</translation>
    </message>
    <message>
        <source>As in the report; not for commercial use</source>
        <translation>Wie im Bericht; nicht für kommerzielle Zwecke</translation>
    </message>
</context>
<context>
    <name>Fold</name>
    <message>
        <source>unfolded</source>
        <translation>ausgeklappt</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>eingeklappt</translation>
    </message>
</context>
<context>
    <name>GazePanel</name>
    <message>
        <source>The mark is the gaze in the photo; double-click the name to return to it.</source>
        <translation>Der Strich ist der Blick im Foto; ein Doppelklick auf den Namen stellt ihn wieder her.</translation>
    </message>
    <message>
        <source>Look sideways</source>
        <translation>Zur Seite</translation>
    </message>
    <message>
        <source>Where the eyes look now: at 0 where the nose points, right of it to the right in the picture.</source>
        <translation>Wohin die Augen jetzt schauen: bei 0 dorthin, wohin die Nase zeigt, rechts davon im Bild nach rechts.</translation>
    </message>
    <message>
        <source>Look up or down</source>
        <translation>Auf und ab</translation>
    </message>
    <message>
        <source>Where the eyes look now: at 0 where the nose points, right of it upwards.</source>
        <translation>Wohin die Augen jetzt schauen: bei 0 dorthin, wohin die Nase zeigt, rechts davon nach oben.</translation>
    </message>
    <message>
        <source>Look at the viewer</source>
        <translation>Zum Betrachter schauen</translation>
    </message>
    <message>
        <source>Turn the eyes to the camera, wherever the head is turned</source>
        <translation>Die Augen zur Kamera drehen, wohin der Kopf auch gedreht ist</translation>
    </message>
    <message>
        <source>Turn the eyes</source>
        <translation>Augen drehen</translation>
    </message>
</context>
<context>
    <name>Gizmo</name>
    <message>
        <source>Head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>Drag the head to turn it, the ring to tilt it; double-click to turn it back</source>
        <translation>Am Kopf ziehen dreht, am Ring ziehen neigt; Doppelklick setzt zurück</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>{axis} {degrees:.0f}°</source>
        <translation>{axis} {degrees:.0f}°</translation>
    </message>
    <message>
        <source>Turn head</source>
        <translation>Kopf drehen</translation>
    </message>
</context>
<context>
    <name>Handles</name>
    <message>
        <source>Turn {}</source>
        <translation>{} drehen</translation>
    </message>
    <message>
        <source>Scale {}</source>
        <translation>{} skalieren</translation>
    </message>
    <message>
        <source>point</source>
        <translation>Punkt</translation>
    </message>
    <message>
        <source>{} points</source>
        <translation>{} Punkte</translation>
    </message>
    <message>
        <source>Move {}</source>
        <translation>{} verschieben</translation>
    </message>
    <message>
        <source>{}: click to select the whole part (key {}), drag to move it</source>
        <translation>{}: Klicken wählt den ganzen Teil aus (Taste {}), Ziehen bewegt ihn</translation>
    </message>
    <message>
        <source>Drag to turn the eyes; Shift: this eye alone</source>
        <translation>Ziehen dreht die Augen; Umschalt: nur dieses Auge</translation>
    </message>
    <message>
        <source>Drag to move the selection, click to clear it</source>
        <translation>Ziehen bewegt die Auswahl, Klicken hebt sie auf</translation>
    </message>
    <message>
        <source>Drag to turn the selection; Shift: in steps of 15°</source>
        <translation>Ziehen dreht die Auswahl; Umschalt: in Schritten von 15°</translation>
    </message>
    <message>
        <source>Drag to scale the selection; Shift: without keeping the proportions; Ctrl: about its centre</source>
        <translation>Ziehen skaliert die Auswahl; Umschalt: ohne feste Proportionen; Strg: um ihre Mitte</translation>
    </message>
</context>
<context>
    <name>HeadTurn</name>
    <message>
        <source>Yaw</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>Nicken</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>Neigen</translation>
    </message>
</context>
<context>
    <name>Help</name>
    <message>
        <source>How to use Repose</source>
        <translation>So geht Repose</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Repose gives a face in a photo a new pose.&lt;/h3&gt;&lt;p&gt;&lt;b&gt;Drag&lt;/b&gt; the points on the face, click a line to select a whole part, or turn the head with the sliders or the small head on the photo; the result is updated.&lt;/p&gt;&lt;p&gt;The arrow keys move the selection; the wheel zooms, and Space or the middle button pans. Hold the mouse button on a result to compare it with the photo.&lt;/p&gt;&lt;p&gt;Press &lt;b&gt;?&lt;/b&gt; for all keys.&lt;/p&gt;&lt;p&gt;Please ask people before you edit pictures of them.&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Repose gibt einem Gesicht in einem Foto eine neue Pose.&lt;/h3&gt;&lt;p&gt;&lt;b&gt;Ziehen&lt;/b&gt; Sie die Punkte im Gesicht, klicken Sie auf eine Linie, um einen ganzen Teil auszuwählen, oder drehen Sie den Kopf mit den Reglern oder dem kleinen Kopf auf dem Foto; das Ergebnis wird aktualisiert.&lt;/p&gt;&lt;p&gt;Die Pfeiltasten bewegen die Auswahl; das Rad zoomt, Leertaste oder mittlere Taste verschieben. Halten Sie die Maustaste auf einem Ergebnis, um es mit dem Foto zu vergleichen.&lt;/p&gt;&lt;p&gt;Alle Tasten zeigt &lt;b&gt;?&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Bitte fragen Sie Menschen, bevor Sie Bilder von ihnen bearbeiten.&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>HelpMenu</name>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;How to use Repose</source>
        <translation>So &amp;geht Repose</translation>
    </message>
    <message>
        <source>Show the basics on one page</source>
        <translation>Die Grundlagen auf einer Seite zeigen</translation>
    </message>
    <message>
        <source>&amp;Keyboard and mouse</source>
        <translation>&amp;Tastatur und Maus</translation>
    </message>
    <message>
        <source>Show all keys, and what the mouse does</source>
        <translation>Alle Tasten zeigen, und was die Maus tut</translation>
    </message>
</context>
<context>
    <name>Hint</name>
    <message>
        <source>Open photo…</source>
        <translation>Foto öffnen …</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Place it by hand</source>
        <translation>Von Hand setzen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Drop a photo of a face here, or open one.</source>
        <translation>Ziehen Sie ein Foto mit einem Gesicht hierher oder öffnen Sie eines.</translation>
    </message>
    <message>
        <source>Click the centre of the other eye.</source>
        <translation>Klicken Sie auf die Mitte des anderen Auges.</translation>
    </message>
    <message>
        <source>Click the centre of one eye.</source>
        <translation>Klicken Sie auf die Mitte eines Auges.</translation>
    </message>
    <message>
        <source>Correcting the detection: move the points to their places on the face. The picture does not change. The sliders turn all points.</source>
        <translation>Erkennung korrigieren: Bewegen Sie die Punkte an ihre Stellen im Gesicht. Das Bild ändert sich nicht. Die Regler drehen alle Punkte.</translation>
    </message>
    <message>
        <source>Drag a point, or turn the head with the sliders below.</source>
        <translation>Ziehen Sie an einem Punkt oder drehen Sie den Kopf mit den Reglern unten.</translation>
    </message>
    <message>
        <source>{count} faces: click the one to repose.</source>
        <translation>{count} Gesichter: Klicken Sie auf das, das eine neue Pose bekommt.</translation>
    </message>
    <message>
        <source>No face was found in this photo.</source>
        <translation>In diesem Foto wurde kein Gesicht gefunden.</translation>
    </message>
</context>
<context>
    <name>Irises</name>
    <message>
        <source>Turn the eyes</source>
        <translation>Augen drehen</translation>
    </message>
</context>
<context>
    <name>KeepBar</name>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Size of the brush ([ smaller, ] larger)</source>
        <translation>Größe des Pinsels ([ kleiner, ] größer)</translation>
    </message>
    <message>
        <source>Soft border</source>
        <translation>Weicher Rand</translation>
    </message>
    <message>
        <source>Width of the blend between kept and changed areas</source>
        <translation>Breite des Übergangs zwischen bewahrten und geänderten Bereichen</translation>
    </message>
    <message>
        <source>{} px</source>
        <translation>{} px</translation>
    </message>
</context>
<context>
    <name>KeepMenu</name>
    <message>
        <source>&amp;Keep</source>
        <translation>Be&amp;wahren</translation>
    </message>
    <message>
        <source>&amp;Erase</source>
        <translation>&amp;Radieren</translation>
    </message>
    <message>
        <source>&amp;Invert</source>
        <translation>&amp;Umkehren</translation>
    </message>
    <message>
        <source>&amp;Clear</source>
        <translation>&amp;Leeren</translation>
    </message>
    <message>
        <source>&amp;Open a mask…</source>
        <translation>Maske ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Save the &amp;mask…</source>
        <translation>Maske &amp;sichern …</translation>
    </message>
    <message>
        <source>&amp;Paint areas to keep</source>
        <translation>Bereiche &amp;malen, die bleiben</translation>
    </message>
    <message>
        <source>Glasses, hair, hands, background: painted areas stay as in the photo</source>
        <translation>Brille, Haare, Hände, Hintergrund: gemalte Bereiche bleiben wie im Foto</translation>
    </message>
    <message>
        <source>Erase painted areas, so that they can change</source>
        <translation>Gemalte Bereiche radieren, damit sie sich ändern können</translation>
    </message>
    <message>
        <source>&amp;Show kept areas</source>
        <translation>Bewahrte Bereiche &amp;zeigen</translation>
    </message>
    <message>
        <source>Tint the kept areas of the photo</source>
        <translation>Die bewahrten Bereiche des Fotos einfärben</translation>
    </message>
    <message>
        <source>Add it to the kept areas; correct them with the brush</source>
        <translation>Zu den bewahrten Bereichen hinzufügen; mit dem Pinsel korrigieren</translation>
    </message>
    <message>
        <source>Keep the back&amp;ground</source>
        <translation>Hinter&amp;grund bewahren</translation>
    </message>
    <message>
        <source>Keep the c&amp;lothes</source>
        <translation>&amp;Kleidung bewahren</translation>
    </message>
    <message>
        <source>Keep the &amp;hair</source>
        <translation>&amp;Haare bewahren</translation>
    </message>
    <message>
        <source>Swap kept and other areas: paint the face and invert to keep the rest</source>
        <translation>Bewahrte und übrige Bereiche tauschen: das Gesicht malen und umkehren, um den Rest zu bewahren</translation>
    </message>
    <message>
        <source>Remove the whole mask</source>
        <translation>Die ganze Maske entfernen</translation>
    </message>
    <message>
        <source>Open a picture with the photo&apos;s proportions, white in the areas to keep</source>
        <translation>Ein Bild mit den Proportionen des Fotos öffnen, weiß in den Bereichen, die bleiben</translation>
    </message>
    <message>
        <source>Save the mask as a picture, for other programs and for batches</source>
        <translation>Die Maske als Bild sichern, für andere Programme und für Stapel</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Back to the points (Esc)</source>
        <translation>Zurück zu den Punkten (Esc)</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Bewahren</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Anzeigen</translation>
    </message>
    <message>
        <source>Keep a part</source>
        <translation>Teil bewahren</translation>
    </message>
    <message>
        <source>Open a mask</source>
        <translation>Maske öffnen</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Save the mask</source>
        <translation>Maske sichern</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} gesichert</translation>
    </message>
</context>
<context>
    <name>KeyframesDialog</name>
    <message>
        <source>Keyframes</source>
        <translation>Schlüsselbilder</translation>
    </message>
    <message>
        <source>There is a keyframe at this time: delete it first.</source>
        <translation>Zu dieser Zeit gibt es ein Schlüsselbild: Löschen Sie es zuerst.</translation>
    </message>
    <message>
        <source>Take pose from keyframes</source>
        <translation>Pose der Schlüsselbilder übernehmen</translation>
    </message>
    <message>
        <source>{time:.2f} s</source>
        <translation>{time:.2f} s</translation>
    </message>
    <message>
        <source>The keyframes are not saved. Replace them?</source>
        <translation>Die Schlüsselbilder sind nicht gesichert. Ersetzen?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Open keyframes</source>
        <translation>Schlüsselbilder öffnen</translation>
    </message>
    <message>
        <source>Save keyframes</source>
        <translation>Schlüsselbilder sichern</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} gesichert</translation>
    </message>
    <message>
        <source>keyframes</source>
        <translation>Schlüsselbilder</translation>
    </message>
</context>
<context>
    <name>KeyframesForm</name>
    <message>
        <source>Pose the face in the window, choose a time here and click “Set keyframe”; the poses between are interpolated.</source>
        <translation>Stellen Sie im Fenster eine Pose ein, wählen Sie hier eine Zeit und klicken Sie „Schlüsselbild setzen“; die Posen dazwischen werden berechnet.</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>&amp;Sichern …</translation>
    </message>
    <message>
        <source>The photo in the pose of this time appears here.</source>
        <translation>Hier erscheint das Foto in der Pose dieser Zeit.</translation>
    </message>
    <message>
        <source>Set &amp;keyframe</source>
        <translation>Schlüsselbild s&amp;etzen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Edit this &amp;pose</source>
        <translation>Diese &amp;Pose bearbeiten</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>&amp;Repeat</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Replace &amp;keyframe</source>
        <translation>Schlüsselbild &amp;ersetzen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open a file of keyframes</source>
        <translation>Eine Datei mit Schlüsselbildern öffnen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Save the keyframes to a file</source>
        <translation>Die Schlüsselbilder in einer Datei sichern</translation>
    </message>
    <message>
        <source>Keyframes</source>
        <translation>Schlüsselbilder</translation>
    </message>
    <message>
        <source>Click a keyframe to go to its time</source>
        <translation>Ein Klick auf ein Schlüsselbild geht zu seiner Zeit</translation>
    </message>
    <message>
        <source>Set keyframe</source>
        <translation>Schlüsselbild setzen</translation>
    </message>
    <message>
        <source>Make the pose of the window the one at this time (K)</source>
        <translation>Die Pose des Fensters zu der dieser Zeit machen (K)</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete the chosen keyframe</source>
        <translation>Das gewählte Schlüsselbild löschen</translation>
    </message>
    <message>
        <source>Edit this pose</source>
        <translation>Diese Pose bearbeiten</translation>
    </message>
    <message>
        <source>Give the window the pose of this time, to change it there</source>
        <translation>Die Pose dieser Zeit ins Fenster übernehmen, um sie dort zu ändern</translation>
    </message>
    <message>
        <source>Time of the keyframe</source>
        <translation>Zeit des Schlüsselbilds</translation>
    </message>
    <message>
        <source>Move the chosen keyframe to another time</source>
        <translation>Das gewählte Schlüsselbild zu einer anderen Zeit verschieben</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>The time that is shown, in seconds</source>
        <translation>Die gezeigte Zeit in Sekunden</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Drag, or use the arrow keys; Space plays. The dots are the keyframes.</source>
        <translation>Ziehen oder Pfeiltasten; die Leertaste spielt ab. Die Punkte sind die Schlüsselbilder.</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder Pause</translation>
    </message>
    <message>
        <source>Play the keyframes</source>
        <translation>Die Schlüsselbilder abspielen</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>Bilder pro Sekunde</translation>
    </message>
    <message>
        <source>Frames a second of the video</source>
        <translation>Bilder pro Sekunde des Videos</translation>
    </message>
    <message>
        <source>&amp;Move to</source>
        <translation>&amp;Verschieben zu</translation>
    </message>
    <message>
        <source>&amp;Frames a second</source>
        <translation>&amp;Bilder pro Sekunde</translation>
    </message>
    <message>
        <source>Export sho&amp;ws</source>
        <translation>E&amp;xport zeigt</translation>
    </message>
</context>
<context>
    <name>LanguageMenu</name>
    <message>
        <source>Lan&amp;guage</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>Use this language from the next start on</source>
        <translation>Diese Sprache ab dem nächsten Start verwenden</translation>
    </message>
    <message>
        <source>Use the language of the system</source>
        <translation>Die Sprache des Systems verwenden</translation>
    </message>
    <message>
        <source>The language changes when Repose is started again.</source>
        <translation>Die Sprache wechselt, wenn Repose neu gestartet wird.</translation>
    </message>
</context>
<context>
    <name>Loupe</name>
    <message>
        <source>Loupe</source>
        <translation>Lupe</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>There is no model: open one with Model, Open model…</source>
        <translation>Es gibt kein Modell: Öffnen Sie eines mit „Modell“, „Modell öffnen …“</translation>
    </message>
</context>
<context>
    <name>MarkedSlider</name>
    <message>
        <source>Double-click the name to reset it to 0.</source>
        <translation>Doppelklick auf den Namen setzt auf 0 zurück.</translation>
    </message>
</context>
<context>
    <name>ModelField</name>
    <message>
        <source>Empty: start from random weights.</source>
        <translation>Leer: mit zufälligen Gewichten beginnen.</translation>
    </message>
    <message>
        <source>Default model</source>
        <translation>Standardmodell</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell auswählen</translation>
    </message>
    <message>
        <source>Start from the model that comes with Repose</source>
        <translation>Mit dem Modell beginnen, das Repose mitbringt</translation>
    </message>
    <message>
        <source>Stage 2 alone needs a model with a trained G1.</source>
        <translation>Stufe 2 allein braucht ein Modell mit trainiertem G1.</translation>
    </message>
    <message>
        <source>Model to start from</source>
        <translation>Ausgangsmodell</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
</context>
<context>
    <name>ModelMenu</name>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>&amp;Modell öffnen …</translation>
    </message>
    <message>
        <source>Use another trained model</source>
        <translation>Ein anderes trainiertes Modell verwenden</translation>
    </message>
    <message>
        <source>Use the &amp;default model</source>
        <translation>&amp;Standardmodell verwenden</translation>
    </message>
    <message>
        <source>Use the model that comes with Repose</source>
        <translation>Das Modell verwenden, das Repose mitbringt</translation>
    </message>
    <message>
        <source>Half precision is faster where the hardware has it; pictures differ little</source>
        <translation>Halbe Genauigkeit ist schneller, wo die Hardware sie hat; die Bilder unterscheiden sich kaum</translation>
    </message>
    <message>
        <source>&amp;Automatic</source>
        <translation>&amp;Automatisch</translation>
    </message>
    <message>
        <source>&amp;Full (float32)</source>
        <translation>&amp;Voll (float32)</translation>
    </message>
    <message>
        <source>&amp;Half</source>
        <translation>&amp;Halb</translation>
    </message>
    <message>
        <source>&amp;Precision</source>
        <translation>&amp;Genauigkeit</translation>
    </message>
    <message>
        <source>The processor&apos;s threads for the networks; fewer leave room for other work</source>
        <translation>Die Threads des Prozessors für die Netze; weniger lassen Platz für andere Arbeit</translation>
    </message>
    <message>
        <source>&amp;Threads</source>
        <translation>&amp;Threads</translation>
    </message>
</context>
<context>
    <name>NamedPoseActions</name>
    <message>
        <source>&amp;Keep this pose…</source>
        <translation>Diese Pose behal&amp;ten …</translation>
    </message>
    <message>
        <source>Take only the turn of the &amp;head</source>
        <translation>Nur die &amp;Kopfdrehung übernehmen</translation>
    </message>
    <message>
        <source>Take only the &amp;face</source>
        <translation>Nur das &amp;Gesicht übernehmen</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>&amp;Umbenennen …</translation>
    </message>
    <message>
        <source>Give the chosen pose another name</source>
        <translation>Der gewählten Pose einen anderen Namen geben</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>&amp;Löschen …</translation>
    </message>
    <message>
        <source>Delete the file of the chosen pose</source>
        <translation>Die Datei der gewählten Pose löschen</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>&amp;Importieren …</translation>
    </message>
    <message>
        <source>Save the current pose under a name, as a file in your folder of poses</source>
        <translation>Die jetzige Pose unter einem Namen sichern, als Datei in Ihrem Posenordner</translation>
    </message>
    <message>
        <source>Turn the head as in the chosen pose; keep the expression</source>
        <translation>Den Kopf wie in der gewählten Pose drehen; die Mimik behalten</translation>
    </message>
    <message>
        <source>Take the expression of the chosen pose; keep the turn of the head</source>
        <translation>Die Mimik der gewählten Pose übernehmen; die Drehung des Kopfes behalten</translation>
    </message>
    <message>
        <source>Add the pose of a .pts, dlib, labelme, CSV or Repose file</source>
        <translation>Die Pose einer .pts-, dlib-, labelme-, CSV- oder Repose-Datei hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>Write the chosen pose on this face as .pts, dlib XML, labelme, CSV or Repose</source>
        <translation>Die gewählte Pose an diesem Gesicht als .pts, dlib-XML, labelme, CSV oder Repose schreiben</translation>
    </message>
    <message>
        <source>&amp;Open the folder</source>
        <translation>&amp;Ordner öffnen</translation>
    </message>
    <message>
        <source>Show the files of your poses</source>
        <translation>Die Dateien Ihrer Posen zeigen</translation>
    </message>
    <message>
        <source>&amp;Named poses</source>
        <translation>Benannte &amp;Posen</translation>
    </message>
    <message>
        <source>&amp;Take a pose</source>
        <translation>Pose ü&amp;bernehmen</translation>
    </message>
    <message>
        <source>Give this pose to the face</source>
        <translation>Dem Gesicht diese Pose geben</translation>
    </message>
    <message>
        <source>Pose {}</source>
        <translation>Pose {}</translation>
    </message>
    <message>
        <source>Keep this pose</source>
        <translation>Diese Pose behalten</translation>
    </message>
    <message>
        <source>Rename the pose</source>
        <translation>Pose umbenennen</translation>
    </message>
    <message>
        <source>Delete the pose {}? This cannot be undone.</source>
        <translation>Die Pose {} löschen? Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>The folder {} cannot be created: {}.</source>
        <translation>Der Ordner {} lässt sich nicht anlegen: {}.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Import pose</source>
        <translation>Pose importieren</translation>
    </message>
    <message>
        <source>Poses</source>
        <translation>Posen</translation>
    </message>
    <message>
        <source>iBUG points</source>
        <translation>iBUG-Punkte</translation>
    </message>
    <message>
        <source>dlib</source>
        <translation>dlib</translation>
    </message>
    <message>
        <source>labelme</source>
        <translation>labelme</translation>
    </message>
    <message>
        <source>Table of points</source>
        <translation>Tabelle der Punkte</translation>
    </message>
    <message>
        <source>Repose pose</source>
        <translation>Repose-Pose</translation>
    </message>
    <message>
        <source>Export pose</source>
        <translation>Pose exportieren</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} gesichert</translation>
    </message>
    <message>
        <source>The pose {} is in your folder</source>
        <translation>Die Pose {} liegt in Ihrem Ordner</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>There is a pose {} already. Replace it?</source>
        <translation>Eine Pose {} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>View in the {pane}</source>
        <translation>Ansicht im {pane}</translation>
    </message>
    <message>
        <source>The reposed face appears here.</source>
        <translation>Hier erscheint das Gesicht in der neuen Pose.</translation>
    </message>
    <message>
        <source>Hold the mouse button on the picture to see the photo before; drag the picture to another program to give it the result as a file.</source>
        <translation>Halten Sie die Maustaste auf dem Bild, um das Foto davor zu sehen; ziehen Sie das Bild in ein anderes Programm, um ihm das Ergebnis als Datei zu geben.</translation>
    </message>
</context>
<context>
    <name>Panes</name>
    <message>
        <source>large pane</source>
        <translation>großen Feld</translation>
    </message>
    <message>
        <source>small pane</source>
        <translation>kleinen Feld</translation>
    </message>
    <message>
        <source>The reposed face appears here after the points are corrected.</source>
        <translation>Das Gesicht in neuer Pose erscheint hier, nachdem die Punkte korrigiert sind.</translation>
    </message>
</context>
<context>
    <name>PathList</name>
    <message>
        <source>Add files…</source>
        <translation>Dateien …</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ordner …</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Add single files</source>
        <translation>Einzelne Dateien hinzufügen</translation>
    </message>
    <message>
        <source>Add all files of a folder</source>
        <translation>Alle Dateien eines Ordners hinzufügen</translation>
    </message>
    <message>
        <source>{folder}/ (all files)</source>
        <translation>{folder}/ (alle Dateien)</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>Dateien hinzufügen</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
</context>
<context>
    <name>PersonaliseDialog</name>
    <message>
        <source>Personalise</source>
        <translation>Personalisieren</translation>
    </message>
    <message>
        <source>From the open photo alone ({name})</source>
        <translation>Nur mit dem geöffneten Foto ({name})</translation>
    </message>
    <message>
        <source>From a folder of pictures of this person</source>
        <translation>Mit einem Ordner voller Bilder dieser Person</translation>
    </message>
    <message>
        <source>At least four; more angles are better.</source>
        <translation>Mindestens vier; mehr Blickwinkel sind besser.</translation>
    </message>
    <message>
        <source> minutes</source>
        <translation> Minuten</translation>
    </message>
    <message>
        <source>Use the model in the editor when it is done</source>
        <translation>Das Modell im Editor verwenden, wenn es fertig ist</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>{name} personal</source>
        <translation>{name} persönlich</translation>
    </message>
    <message>
        <source>{count} pictures</source>
        <translation>{count} Bilder</translation>
    </message>
    <message>
        <source>Pictures of one person</source>
        <translation>Bilder einer Person</translation>
    </message>
    <message>
        <source>Fits the default model to one person, in the background. Held-out pictures of the person show whether it helps. Several photos from different sides help most: with one photo, Repose can only train on views that it generates from it.</source>
        <translation>Passt das Standardmodell im Hintergrund an eine Person an. Zurückgehaltene Bilder der Person zeigen, ob es hilft. Mehrere Fotos aus verschiedenen Richtungen helfen am meisten: Mit einem einzigen kann Repose nur Ansichten lernen, die es daraus erzeugt.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner auswählen</translation>
    </message>
    <message>
        <source>For at most</source>
        <translation>Höchstens</translation>
    </message>
</context>
<context>
    <name>PictureView</name>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
</context>
<context>
    <name>Plot</name>
    <message>
        <source>Loss of G1</source>
        <translation>Verlust von G1</translation>
    </message>
    <message>
        <source>SSIM, held out</source>
        <translation>SSIM, ungesehen</translation>
    </message>
    <message>
        <source>Loss of G2</source>
        <translation>Verlust von G2</translation>
    </message>
    <message>
        <source>Loss of D</source>
        <translation>Verlust von D</translation>
    </message>
    <message>
        <source>{curve} by epoch. The vertical line is the start of stage 2.</source>
        <translation>{curve} je Epoche. Die senkrechte Linie ist der Beginn von Stufe 2.</translation>
    </message>
</context>
<context>
    <name>Pose</name>
    <message>
        <source>Turn of the head</source>
        <translation>Kopfdrehung</translation>
    </message>
    <message>
        <source>Eyes</source>
        <translation>Augen</translation>
    </message>
    <message>
        <source>Brows</source>
        <translation>Brauen</translation>
    </message>
    <message>
        <source>Mouth</source>
        <translation>Mund</translation>
    </message>
    <message>
        <source>Jaw</source>
        <translation>Kiefer</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>Relativ</translation>
    </message>
    <message>
        <source>head rotation and expression; the face keeps its own shape.</source>
        <translation>Kopfdrehung und Mimik; das Gesicht behält seine eigene Form.</translation>
    </message>
    <message>
        <source>Aligned</source>
        <translation>Ausgerichtet</translation>
    </message>
    <message>
        <source>the other face&apos;s points, moved and scaled onto this face.</source>
        <translation>die Punkte des anderen Gesichts, auf dieses verschoben und skaliert.</translation>
    </message>
    <message>
        <source>Absolute</source>
        <translation>Absolut</translation>
    </message>
    <message>
        <source>the other face&apos;s points as they are; for photos of a fixed camera.</source>
        <translation>die Punkte des anderen Gesichts, wie sie sind; für Fotos einer festen Kamera.</translation>
    </message>
</context>
<context>
    <name>PoseMenu</name>
    <message>
        <source>&amp;Pose</source>
        <translation>&amp;Pose</translation>
    </message>
    <message>
        <source>&amp;Copy pose from photo…</source>
        <translation>Pose aus einem Foto über&amp;nehmen …</translation>
    </message>
    <message>
        <source>Give this face the pose of a face in another photo</source>
        <translation>Diesem Gesicht die Pose eines Gesichts aus einem anderen Foto geben</translation>
    </message>
    <message>
        <source>Se&amp;quence…</source>
        <translation>Se&amp;quenz …</translation>
    </message>
    <message>
        <source>Play the poses of a video, or of a folder of frames, on this photo</source>
        <translation>Die Posen eines Videos oder eines Ordners mit Einzelbildern auf diesem Foto abspielen</translation>
    </message>
    <message>
        <source>Ke&amp;yframes…</source>
        <translation>S&amp;chlüsselbilder …</translation>
    </message>
    <message>
        <source>Make a video of poses that you set at moments of a timeline</source>
        <translation>Ein Video aus Posen machen, die Sie zu Zeiten einer Zeitleiste setzen</translation>
    </message>
    <message>
        <source>Ca&amp;mera…</source>
        <translation>Kame&amp;ra …</translation>
    </message>
    <message>
        <source>Let this face follow the person in front of a camera</source>
        <translation>Dieses Gesicht folgt der Person vor einer Kamera</translation>
    </message>
    <message>
        <source>Correct the &amp;detection</source>
        <translation>&amp;Erkennung berichtigen</translation>
    </message>
    <message>
        <source>Move the detected points to their places on the face; the picture stays</source>
        <translation>Die erkannten Punkte an ihre Stellen im Gesicht bewegen; das Bild bleibt</translation>
    </message>
    <message>
        <source>Cancel correc&amp;ting</source>
        <translation>Berichtigen a&amp;bbrechen</translation>
    </message>
    <message>
        <source>Restore the points from before the correction</source>
        <translation>Die Punkte von vor der Korrektur wiederherstellen</translation>
    </message>
    <message>
        <source>Choose another &amp;face…</source>
        <translation>Anderes &amp;Gesicht wählen …</translation>
    </message>
    <message>
        <source>Repose another face of this photo, too</source>
        <translation>Auch einem anderen Gesicht dieses Fotos eine neue Pose geben</translation>
    </message>
    <message>
        <source>Place a face by &amp;hand…</source>
        <translation>Gesicht von &amp;Hand setzen …</translation>
    </message>
    <message>
        <source>Click the two eyes of a face that was not found</source>
        <translation>Auf die beiden Augen eines Gesichts klicken, das nicht gefunden wurde</translation>
    </message>
</context>
<context>
    <name>PosePanel</name>
    <message>
        <source>Turn the head: right of 0, the nose goes right.</source>
        <translation>Den Kopf drehen: Rechts von 0 geht die Nase nach rechts.</translation>
    </message>
    <message>
        <source>Nod: right of 0, the nose goes up.</source>
        <translation>Nicken: Rechts von 0 geht die Nase nach oben.</translation>
    </message>
    <message>
        <source>Tilt the head: right of 0, clockwise.</source>
        <translation>Den Kopf neigen: rechts von 0 im Uhrzeigersinn.</translation>
    </message>
</context>
<context>
    <name>PosePresets</name>
    <message>
        <source>There is a pose {} already: choose another name.</source>
        <translation>Eine Pose {} gibt es schon: Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>{} cannot be renamed: {}.</source>
        <translation>{} kann nicht umbenannt werden: {}.</translation>
    </message>
    <message>
        <source>{} cannot be deleted: {}.</source>
        <translation>{} kann nicht gelöscht werden: {}.</translation>
    </message>
    <message>
        <source>A pose needs a name of 1 to {} characters that does not start with a dot.</source>
        <translation>Eine Pose braucht einen Namen mit 1 bis {} Zeichen, der nicht mit einem Punkt beginnt.</translation>
    </message>
    <message>
        <source>The name of a pose is also a file name: leave out {}</source>
        <translation>Der Name einer Pose ist auch ein Dateiname: Lassen Sie {} weg</translation>
    </message>
    <message>
        <source>The folder {} cannot be created: {}.</source>
        <translation>Der Ordner {} lässt sich nicht anlegen: {}.</translation>
    </message>
    <message>
        <source>Ahead</source>
        <translation>Gerade</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Oben</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Unten</translation>
    </message>
    <message>
        <source>Tilted</source>
        <translation>Geneigt</translation>
    </message>
    <message>
        <source>Smile</source>
        <translation>Lächeln</translation>
    </message>
    <message>
        <source>Laugh</source>
        <translation>Lachen</translation>
    </message>
    <message>
        <source>Sad</source>
        <translation>Traurig</translation>
    </message>
    <message>
        <source>Angry</source>
        <translation>Wütend</translation>
    </message>
    <message>
        <source>Surprised</source>
        <translation>Erstaunt</translation>
    </message>
    <message>
        <source>Wink</source>
        <translation>Zwinkern</translation>
    </message>
    <message>
        <source>Kiss</source>
        <translation>Kuss</translation>
    </message>
    <message>
        <source>Asleep</source>
        <translation>Schlafend</translation>
    </message>
    <message>
        <source>Look left</source>
        <translation>Blick nach links</translation>
    </message>
    <message>
        <source>Look right</source>
        <translation>Blick nach rechts</translation>
    </message>
</context>
<context>
    <name>PoseWarnings</name>
    <message>
        <source>Some points have crossed others, and the picture will tear there. Drag them back, or undo.</source>
        <translation>Einige Punkte haben andere überkreuzt, dort wird das Bild reißen. Ziehen Sie sie zurück oder machen Sie es rückgängig.</translation>
    </message>
    <message>
        <source>The head is turned by {value:.0f}° from the photo; the model was trained up to {limit:.0f}°. Turn it back, or the face may be smeared.</source>
        <translation>Der Kopf ist um {value:.0f}° gegenüber dem Foto gedreht; das Modell wurde bis {limit:.0f}° trainiert. Drehen Sie ihn zurück, sonst kann das Gesicht verschmieren.</translation>
    </message>
    <message>
        <source>The head nods by {value:.0f}° from the photo; the model was trained up to {limit:.0f}°. Nod less, or the face may be smeared.</source>
        <translation>Der Kopf nickt um {value:.0f}° gegenüber dem Foto; das Modell wurde bis {limit:.0f}° trainiert. Nicken Sie weniger, sonst kann das Gesicht verschmieren.</translation>
    </message>
    <message>
        <source>The head is tilted by {value:.0f}° from the photo; the model was trained up to {limit:.0f}°. Tilt it less, or rotate the photo itself.</source>
        <translation>Der Kopf ist um {value:.0f}° gegenüber dem Foto geneigt; das Modell wurde bis {limit:.0f}° trainiert. Neigen Sie ihn weniger, oder drehen Sie das Foto selbst.</translation>
    </message>
    <message>
        <source>Part of the face is outside the photo and is cut off. Move it back, or use a wider photo.</source>
        <translation>Ein Teil des Gesichts liegt außerhalb des Fotos und wird abgeschnitten. Bewegen Sie es zurück, oder verwenden Sie ein Foto mit mehr Rand.</translation>
    </message>
    <message>
        <source>The face is only {value:.0f} pixels high, which limits the sharpness of the result. Use a larger photo if there is one.</source>
        <translation>Das Gesicht ist nur {value:.0f} Pixel hoch, das begrenzt die Schärfe des Ergebnisses. Verwenden Sie ein größeres Foto, wenn es eines gibt.</translation>
    </message>
    <message>
        <source>The result no longer looks much like this person. Turn the head less, or move fewer points.</source>
        <translation>Das Ergebnis sieht dieser Person nicht mehr sehr ähnlich. Drehen Sie den Kopf weniger weit, oder bewegen Sie weniger Punkte.</translation>
    </message>
    <message>
        <source>Select them</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Turn back</source>
        <translation>Zurückdrehen</translation>
    </message>
</context>
<context>
    <name>PredictWorker</name>
    <message>
        <source>Open a photo and choose its face to play the poses on it.</source>
        <translation>Öffnen Sie ein Foto und wählen Sie sein Gesicht, um die Posen darauf abzuspielen.</translation>
    </message>
    <message>
        <source>There is no refined picture to save yet; open a model and a photo with a face.</source>
        <translation>Es gibt noch kein verfeinertes Bild, das gesichert werden könnte; öffnen Sie ein Modell und ein Foto mit einem Gesicht.</translation>
    </message>
</context>
<context>
    <name>PresetsPanel</name>
    <message>
        <source>Named poses</source>
        <translation>Benannte Posen</translation>
    </message>
    <message>
        <source>Click a pose to give it to the face</source>
        <translation>Ein Klick auf eine Pose gibt sie dem Gesicht</translation>
    </message>
    <message>
        <source>Keep this pose…</source>
        <translation>Diese Pose behalten …</translation>
    </message>
    <message>
        <source>Save the current pose under a name</source>
        <translation>Die jetzige Pose unter einem Namen sichern</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Rename, delete, import and export poses</source>
        <translation>Posen umbenennen, löschen, importieren und exportieren</translation>
    </message>
</context>
<context>
    <name>Project</name>
    <message>
        <source>{} is too large for a project.</source>
        <translation>{} ist zu groß für ein Projekt.</translation>
    </message>
    <message>
        <source>{} is damaged or not a project of Repose.</source>
        <translation>{} ist beschädigt oder kein Projekt von Repose.</translation>
    </message>
    <message>
        <source>{} was written by a newer Repose (version {}): update this one.</source>
        <translation>{} wurde von einem neueren Repose geschrieben (Version {}): Aktualisieren Sie dieses.</translation>
    </message>
</context>
<context>
    <name>ProjectActions</name>
    <message>
        <source>Repose project</source>
        <translation>Repose-Projekt</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>Projekt sichern</translation>
    </message>
    <message>
        <source>Saved {}</source>
        <translation>{} gesichert</translation>
    </message>
    <message>
        <source>Opening {} and looking for faces…</source>
        <translation>{} wird geöffnet, Gesichter werden gesucht …</translation>
    </message>
    <message>
        <source>The photo of this project was not found: {}
Locate it?</source>
        <translation>Das Foto dieses Projekts wurde nicht gefunden: {}
Selbst suchen?</translation>
    </message>
    <message>
        <source>{} is not the photo of this project, which has {}x{} pixels: open the project again and choose its photo.</source>
        <translation>{} ist nicht das Foto dieses Projekts, das {}x{} Pixel hat: Öffnen Sie das Projekt noch einmal und wählen Sie sein Foto.</translation>
    </message>
    <message>
        <source>{} has changed since the project was saved, but has the same size. Use it?</source>
        <translation>{} hat sich geändert, seit das Projekt gesichert wurde, ist aber gleich groß. Verwenden?</translation>
    </message>
    <message>
        <source>The model {} of this project was not found; another one is in use.</source>
        <translation>Das Modell {} dieses Projekts wurde nicht gefunden; ein anderes wird verwendet.</translation>
    </message>
    <message>
        <source>Find the photo…</source>
        <translation>Foto suchen …</translation>
    </message>
    <message>
        <source>Find {}</source>
        <translation>{} suchen</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>{} does not exist</source>
        <translation>{} gibt es nicht</translation>
    </message>
    <message>
        <source>&amp;Clear this list</source>
        <translation>Diese Liste &amp;leeren</translation>
    </message>
</context>
<context>
    <name>RecoveryDialog</name>
    <message>
        <source>Recover unsaved work</source>
        <translation>Ungesicherte Arbeit wiederherstellen</translation>
    </message>
    <message>
        <source>Repose was not closed normally. This unsaved work can be recovered:</source>
        <translation>Repose wurde nicht normal beendet. Diese ungesicherte Arbeit lässt sich wiederherstellen:</translation>
    </message>
    <message>
        <source>Unsaved work</source>
        <translation>Ungesicherte Arbeit</translation>
    </message>
    <message>
        <source>&amp;Recover</source>
        <translation>&amp;Wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Later</source>
        <translation>&amp;Später</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>Open this work</source>
        <translation>Diese Arbeit öffnen</translation>
    </message>
    <message>
        <source>Ask again at the next start</source>
        <translation>Beim nächsten Start noch einmal fragen</translation>
    </message>
    <message>
        <source>Delete the selected work permanently</source>
        <translation>Die ausgewählte Arbeit endgültig löschen</translation>
    </message>
</context>
<context>
    <name>ResultView</name>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
</context>
<context>
    <name>Row</name>
    <message>
        <source>Hide this warning</source>
        <translation>Diese Warnung ausblenden</translation>
    </message>
    <message>
        <source>Do not warn about this again for this face</source>
        <translation>Bei diesem Gesicht nicht noch einmal davor warnen</translation>
    </message>
    <message>
        <source>Warning: {text}</source>
        <translation>Warnung: {text}</translation>
    </message>
</context>
<context>
    <name>RunField</name>
    <message>
        <source>Folder of the run</source>
        <translation>Ordner des Laufs</translation>
    </message>
    <message>
        <source>Choose the folder of the run</source>
        <translation>Den Ordner des Laufs wählen</translation>
    </message>
    <message>
        <source>Choose a folder for the run.</source>
        <translation>Wählen Sie einen Ordner für den Lauf.</translation>
    </message>
    <message>
        <source>{folder} is not empty: choose a new folder.</source>
        <translation>{folder} ist nicht leer: Wählen Sie einen neuen Ordner.</translation>
    </message>
    <message>
        <source>{folder} cannot be used: {why}.</source>
        <translation>{folder} kann nicht verwendet werden: {why}.</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>starting</source>
        <translation>beginnt</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>crashed</source>
        <translation>abgestürzt</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Best SSIM</source>
        <translation>Beste SSIM</translation>
    </message>
    <message>
        <source>stage {stage}, {share:.0%}</source>
        <translation>Stufe {stage}, {share:.0%}</translation>
    </message>
</context>
<context>
    <name>RunView</name>
    <message>
        <source>Stage 1</source>
        <translation>Stufe 1</translation>
    </message>
    <message>
        <source>Stage 2: D alone</source>
        <translation>Stufe 2: nur D</translation>
    </message>
    <message>
        <source>Stage 2</source>
        <translation>Stufe 2</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Stops after this epoch.</source>
        <translation>Hält nach dieser Epoche an.</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gesichert …</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>Pausiert gleich …</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Use the best</source>
        <translation>Bestes verwenden</translation>
    </message>
    <message>
        <source>Use the newest</source>
        <translation>Neuestes verwenden</translation>
    </message>
    <message>
        <source>Use the model with the best score in the editor</source>
        <translation>Das Modell mit der besten Wert im Editor verwenden</translation>
    </message>
    <message>
        <source>Use the newest model in the editor</source>
        <translation>Das neueste Modell im Editor verwenden</translation>
    </message>
    <message>
        <source>Remove from this list…</source>
        <translation>Aus dieser Liste entfernen …</translation>
    </message>
    <message>
        <source>Copied: the command that resumes this run</source>
        <translation>Kopiert: der Befehl, der diesen Lauf fortsetzt</translation>
    </message>
    <message>
        <source>Remove this run from the list? Its folder stays on the disk.</source>
        <translation>Diesen Lauf aus der Liste entfernen? Sein Ordner bleibt auf der Festplatte.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>The training ended without an error message (it was killed, or the machine was switched off).</source>
        <translation>Das Training endete ohne Fehlermeldung (es wurde abgebrochen, oder der Rechner wurde ausgeschaltet).</translation>
    </message>
    <message>
        <source>After this epoch</source>
        <translation>Nach dieser Epoche</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Save a checkpoint now</source>
        <translation>Jetzt einen Zwischenstand sichern</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Reading the pictures and settings…</source>
        <translation>Bilder und Einstellungen werden gelesen …</translation>
    </message>
    <message>
        <source>{speed} images/s</source>
        <translation>{speed} Bilder/s</translation>
    </message>
    <message>
        <source>{time} so far</source>
        <translation>bisher {time}</translation>
    </message>
    <message>
        <source>{time} left in this stage</source>
        <translation>noch {time} in dieser Stufe</translation>
    </message>
    <message>
        <source>best SSIM {best:.4f}</source>
        <translation>beste SSIM {best:.4f}</translation>
    </message>
    <message>
        <source>best SSIM {best:.4f} (before: {first:.4f})</source>
        <translation>beste SSIM {best:.4f} (vorher: {first:.4f})</translation>
    </message>
    <message>
        <source>epoch {epoch}</source>
        <translation>Epoche {epoch}</translation>
    </message>
    <message>
        <source>epoch {epoch} of {epochs}</source>
        <translation>Epoche {epoch} von {epochs}</translation>
    </message>
    <message>
        <source>The training failed; its log says why.</source>
        <translation>Das Training ist fehlgeschlagen; sein Protokoll sagt, warum.</translation>
    </message>
</context>
<context>
    <name>SampleStrip</name>
    <message>
        <source>Epoch</source>
        <translation>Epoche</translation>
    </message>
    <message>
        <source>Drag to see the same people after each epoch.</source>
        <translation>Ziehen zeigt dieselben Personen nach jeder Epoche.</translation>
    </message>
    <message>
        <source>stage {stage}, epoch {epoch}</source>
        <translation>Stufe {stage}, Epoche {epoch}</translation>
    </message>
    <message>
        <source>stage {stage}, before training</source>
        <translation>Stufe {stage}, vor dem Training</translation>
    </message>
</context>
<context>
    <name>SelectMenu</name>
    <message>
        <source>&amp;Select</source>
        <translation>A&amp;uswählen</translation>
    </message>
    <message>
        <source>Select &amp;all points</source>
        <translation>&amp;Alle Punkte auswählen</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>&amp;Nichts auswählen</translation>
    </message>
    <message>
        <source>Ne&amp;xt point</source>
        <translation>N&amp;ächster Punkt</translation>
    </message>
    <message>
        <source>Select the point after the selected one</source>
        <translation>Den Punkt nach dem gewählten auswählen</translation>
    </message>
    <message>
        <source>&amp;Previous point</source>
        <translation>&amp;Voriger Punkt</translation>
    </message>
    <message>
        <source>Select the point before the selected one</source>
        <translation>Den Punkt vor dem gewählten auswählen</translation>
    </message>
    <message>
        <source>S&amp;ymmetry</source>
        <translation>S&amp;ymmetrie</translation>
    </message>
    <message>
        <source>Sof&amp;t selection</source>
        <translation>&amp;Weiche Auswahl</translation>
    </message>
    <message>
        <source>Select the whole part; Shift: add it to the selection</source>
        <translation>Den ganzen Teil auswählen; Umschalt: zur Auswahl hinzufügen</translation>
    </message>
    <message>
        <source>Irises</source>
        <translation>Iris beider Augen</translation>
    </message>
    <message>
        <source>Select both irises; the arrow keys then turn the eyes</source>
        <translation>Beide Irisse auswählen; die Pfeiltasten drehen dann die Augen</translation>
    </message>
    <message>
        <source>Select all 68 points</source>
        <translation>Alle 68 Punkte auswählen</translation>
    </message>
    <message>
        <source>Clear the selection</source>
        <translation>Die Auswahl aufheben</translation>
    </message>
    <message>
        <source>Mirror each change to the other side of the face, also when it is turned</source>
        <translation>Jede Änderung auf die andere Seite des Gesichts spiegeln, auch wenn es gedreht ist</translation>
    </message>
    <message>
        <source>Neighbouring points follow, less with distance; [ and ] set the radius</source>
        <translation>Benachbarte Punkte folgen, mit der Entfernung weniger; [ und ] ändern den Radius</translation>
    </message>
    <message>
        <source>Change the radius of soft selection, or of the brush</source>
        <translation>Den Radius der weichen Auswahl oder des Pinsels ändern</translation>
    </message>
    <message>
        <source>&amp;Larger radius</source>
        <translation>Größerer &amp;Radius</translation>
    </message>
    <message>
        <source>S&amp;maller radius</source>
        <translation>Kleinerer Radi&amp;us</translation>
    </message>
    <message>
        <source>Transform the selection about its centre</source>
        <translation>Die Auswahl um ihre Mitte verändern</translation>
    </message>
    <message>
        <source>Turn &amp;clockwise</source>
        <translation>&amp;Im Uhrzeigersinn drehen</translation>
    </message>
    <message>
        <source>Turn c&amp;ounterclockwise</source>
        <translation>G&amp;egen den Uhrzeigersinn drehen</translation>
    </message>
    <message>
        <source>&amp;Enlarge</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Sh&amp;rink</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
</context>
<context>
    <name>SequenceDialog</name>
    <message>
        <source>Sequence</source>
        <translation>Sequenz</translation>
    </message>
    <message>
        <source>Open video</source>
        <translation>Video öffnen</translation>
    </message>
    <message>
        <source>Videos</source>
        <translation>Videos</translation>
    </message>
    <message>
        <source>Open folder of frames</source>
        <translation>Ordner mit Einzelbildern öffnen</translation>
    </message>
    <message>
        <source>Take pose from sequence</source>
        <translation>Pose aus der Sequenz übernehmen</translation>
    </message>
</context>
<context>
    <name>SequenceForm</name>
    <message>
        <source>Open &amp;video…</source>
        <translation>&amp;Video öffnen …</translation>
    </message>
    <message>
        <source>Open folder of &amp;frames…</source>
        <translation>&amp;Ordner mit Einzelbildern öffnen …</translation>
    </message>
    <message>
        <source>Open a video of a face, or a folder of its frames.</source>
        <translation>Öffnen Sie ein Video eines Gesichts oder einen Ordner mit seinen Einzelbildern.</translation>
    </message>
    <message>
        <source>The frames appear here.</source>
        <translation>Hier erscheinen die Einzelbilder.</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>Einzelbild</translation>
    </message>
    <message>
        <source>The photo in the frame&apos;s pose appears here.</source>
        <translation>Hier erscheint das Foto in der Pose des Einzelbilds.</translation>
    </message>
    <message>
        <source>Photo in the frame&apos;s pose</source>
        <translation>Foto in der Pose des Einzelbilds</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>&amp;Begin here</source>
        <translation>&amp;Hier beginnen</translation>
    </message>
    <message>
        <source>E&amp;nd here</source>
        <translation>Hier &amp;enden</translation>
    </message>
    <message>
        <source>&amp;All frames</source>
        <translation>&amp;Alle Bilder</translation>
    </message>
    <message>
        <source>Rests &amp;here</source>
        <translation>Hier in &amp;Ruhe</translation>
    </message>
    <message>
        <source>&amp;Repeat</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>&amp;Use this pose</source>
        <translation>Diese Pose ü&amp;bernehmen</translation>
    </message>
    <message>
        <source>No face was found in any frame: choose another video.</source>
        <translation>In keinem Einzelbild wurde ein Gesicht gefunden: Wählen Sie ein anderes Video.</translation>
    </message>
    <message>
        <source>{name}  ·  no face in {frames}</source>
        <translation>{name}  ·  kein Gesicht in {frames}</translation>
    </message>
    <message>
        <source>Poses are interpolated where no face was found.</source>
        <translation>Wo kein Gesicht gefunden wurde, sind die Posen interpoliert.</translation>
    </message>
    <message>
        <source>{frame} of {count}  ·  {seconds:.2f} s</source>
        <translation>{frame} von {count}  ·  {seconds:.2f} s</translation>
    </message>
    <message>
        <source>No face was found here; its pose is interpolated.</source>
        <translation>Hier wurde kein Gesicht gefunden; die Pose wird interpoliert.</translation>
    </message>
    <message>
        <source>{start:.2f} to {end:.2f} s</source>
        <translation>{start:.2f} bis {end:.2f} s</translation>
    </message>
    <message>
        <source>rests at {time:.2f} s</source>
        <translation>in Ruhe bei {time:.2f} s</translation>
    </message>
    <message>
        <source>How the face takes the pose</source>
        <translation>Wie das Gesicht die Pose übernimmt</translation>
    </message>
    <message>
        <source>How far the face follows each pose, in percent</source>
        <translation>Wie weit das Gesicht jeder Pose folgt, in Prozent</translation>
    </message>
    <message>
        <source>Smooth the points over this number of frames</source>
        <translation>Die Punkte über so viele Einzelbilder glätten</translation>
    </message>
    <message>
        <source>Edit the photo in this frame&apos;s pose</source>
        <translation>Das Foto in der Pose dieses Einzelbilds bearbeiten</translation>
    </message>
    <message>
        <source>Begin here</source>
        <translation>Hier beginnen</translation>
    </message>
    <message>
        <source>Play and export from this frame on ({key})</source>
        <translation>Ab diesem Bild abspielen und exportieren ({key})</translation>
    </message>
    <message>
        <source>End here</source>
        <translation>Hier enden</translation>
    </message>
    <message>
        <source>Play and export up to this frame ({key})</source>
        <translation>Bis zu diesem Bild abspielen und exportieren ({key})</translation>
    </message>
    <message>
        <source>All frames</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>Play and export all frames, with their poses as they are</source>
        <translation>Alle Bilder abspielen und exportieren, mit ihren Posen, wie sie sind</translation>
    </message>
    <message>
        <source>Rests here</source>
        <translation>Hier in Ruhe</translation>
    </message>
    <message>
        <source>The person is at rest in this frame: the photo keeps its own pose there, and takes only what changes</source>
        <translation>In diesem Bild ist die Person in Ruhe: Das Foto behält dort seine eigene Pose und übernimmt nur, was sich ändert</translation>
    </message>
    <message>
        <source>Frames read</source>
        <translation>Gelesene Einzelbilder</translation>
    </message>
    <message>
        <source>no face found: interpolated</source>
        <translation>kein Gesicht gefunden: interpoliert</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>Relativ</translation>
    </message>
    <message>
        <source>Head rotation and expression; the face keeps its own shape.</source>
        <translation>Kopfdrehung und Mimik; das Gesicht behält seine eigene Form.</translation>
    </message>
    <message>
        <source>Aligned</source>
        <translation>Ausgerichtet</translation>
    </message>
    <message>
        <source>The other face&apos;s points, moved and scaled onto this face.</source>
        <translation>Die Punkte des anderen Gesichts, auf dieses verschoben und skaliert.</translation>
    </message>
    <message>
        <source>Absolute</source>
        <translation>Absolut</translation>
    </message>
    <message>
        <source>The other face&apos;s points as they are; for photos of a fixed camera.</source>
        <translation>Die Punkte des anderen Gesichts, wie sie sind; für Fotos einer festen Kamera.</translation>
    </message>
    <message>
        <source>Drag, or use the arrow keys; Space plays</source>
        <translation>Ziehen oder Pfeiltasten; die Leertaste spielt ab</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder Pause</translation>
    </message>
    <message>
        <source>Play the frames one after another</source>
        <translation>Die Einzelbilder nacheinander abspielen</translation>
    </message>
    <message>
        <source>Pose of the frames</source>
        <translation>Pose der Einzelbilder</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>Glättung</translation>
    </message>
    <message>
        <source>Use this pose</source>
        <translation>Diese Pose übernehmen</translation>
    </message>
    <message>
        <source>{value} %</source>
        <translation>{value} %</translation>
    </message>
    <message>
        <source>Export shows</source>
        <translation>Export zeigt</translation>
    </message>
</context>
<context>
    <name>Sequences</name>
    <message>
        <source>Keyframes</source>
        <translation>Schlüsselbilder</translation>
    </message>
    <message>
        <source>A sequence is being exported. Stop it? Finished pictures are kept, and a video ends at the current frame.</source>
        <translation>Eine Sequenz wird exportiert. Anhalten? Fertige Bilder bleiben, und ein Video endet beim jetzigen Einzelbild.</translation>
    </message>
    <message>
        <source>Stop the export</source>
        <translation>Export anhalten</translation>
    </message>
    <message>
        <source>The keyframes are not saved. Close without saving them?</source>
        <translation>Die Schlüsselbilder sind nicht gesichert. Schließen, ohne sie zu sichern?</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Sequence</source>
        <translation>Sequenz</translation>
    </message>
</context>
<context>
    <name>SettingsTree</name>
    <message>
        <source>Setting</source>
        <translation>Einstellung</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard and mouse</source>
        <translation>Tastatur und Maus</translation>
    </message>
    <message>
        <source>On the photo</source>
        <translation>Auf dem Foto</translation>
    </message>
    <message>
        <source>move points, or turn the small head</source>
        <translation>Punkte verschieben oder den kleinen Kopf drehen</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>Ziehen</translation>
    </message>
    <message>
        <source>turn the eyes; with Shift one alone</source>
        <translation>die Augen drehen; mit Umschalt nur eines</translation>
    </message>
    <message>
        <source>Drag an iris</source>
        <translation>Eine Iris ziehen</translation>
    </message>
    <message>
        <source>Click a line</source>
        <translation>Klick auf eine Linie</translation>
    </message>
    <message>
        <source>Shift-click</source>
        <translation>Umschalt-Klick</translation>
    </message>
    <message>
        <source>select all points in a rectangle</source>
        <translation>alle Punkte in einem Rechteck auswählen</translation>
    </message>
    <message>
        <source>Drag beside a point</source>
        <translation>Neben einem Punkt ziehen</translation>
    </message>
    <message>
        <source>move the selection by 1 pixel, with Shift by 10</source>
        <translation>die Auswahl um 1 Pixel verschieben, mit Umschalt um 10</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>Pfeiltasten</translation>
    </message>
    <message>
        <source>select a whole part</source>
        <translation>einen ganzen Teil auswählen</translation>
    </message>
    <message>
        <source>add to the selection, or remove from it</source>
        <translation>zur Auswahl hinzufügen oder daraus entfernen</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>cancel a drag; clear the selection</source>
        <translation>ein Ziehen abbrechen; die Auswahl aufheben</translation>
    </message>
    <message>
        <source>zoom at the cursor</source>
        <translation>am Mauszeiger zoomen</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>pan</source>
        <translation>Ausschnitt verschieben</translation>
    </message>
    <message>
        <source>Space and drag, middle drag</source>
        <translation>Leertaste und ziehen, mittlere Taste ziehen</translation>
    </message>
    <message>
        <source>compare with the photo</source>
        <translation>mit dem Foto vergleichen</translation>
    </message>
    <message>
        <source>Hold on a result</source>
        <translation>Auf ein Ergebnis halten</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Duration of the last update</source>
        <translation>Dauer der letzten Aktualisierung</translation>
    </message>
    <message>
        <source>What the networks run on, and the precision (menu Model)</source>
        <translation>Worauf die Netze laufen, und die Genauigkeit (Menü Modell)</translation>
    </message>
    <message>
        <source>The model in use</source>
        <translation>Das verwendete Modell</translation>
    </message>
    <message>
        <source>{time:.0f} ms</source>
        <translation>{time:.0f} ms</translation>
    </message>
    <message>
        <source>loading the model…</source>
        <translation>das Modell wird geladen …</translation>
    </message>
    <message>
        <source>no model</source>
        <translation>kein Modell</translation>
    </message>
    <message>
        <source>model: {name}</source>
        <translation>Modell: {name}</translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation>1 Thread</translation>
    </message>
    <message>
        <source>{count} threads</source>
        <translation>{count} Threads</translation>
    </message>
</context>
<context>
    <name>SweepRows</name>
    <message>
        <source>Yaw</source>
        <translation>Drehen</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>Nicken</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>Neigen</translation>
    </message>
    <message>
        <source>Steps of {angle}</source>
        <translation>Schritte für {angle}</translation>
    </message>
    <message>
        <source>First {angle}</source>
        <translation>{angle}, Anfang</translation>
    </message>
    <message>
        <source>Last {angle}</source>
        <translation>{angle}, Ende</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>in</source>
        <translation>in</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritten</translation>
    </message>
    <message>
        <source>The sweep of {angle} begins and ends at the same angle.</source>
        <translation>Der Verlauf für {angle} beginnt und endet beim selben Winkel.</translation>
    </message>
</context>
<context>
    <name>Thumbnail</name>
    <message>
        <source>The marked photo</source>
        <translation>Das markierte Foto</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Copy pose</source>
        <translation>Pose übernehmen</translation>
    </message>
    <message>
        <source>Symmetry</source>
        <translation>Symmetrie</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>Weich</translation>
    </message>
    <message>
        <source>Correct</source>
        <translation>Berichtigen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Bewahren</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>The training in {folder} cannot be started: {why}.</source>
        <translation>Das Training in {folder} kann nicht gestartet werden: {why}.</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Show the training</source>
        <translation>Das Training zeigen</translation>
    </message>
    <message>
        <source>Folder of a run</source>
        <translation>Ordner eines Laufs</translation>
    </message>
    <message>
        <source>{folder} is not the folder of a run.</source>
        <translation>{folder} ist nicht der Ordner eines Laufs.</translation>
    </message>
    <message>
        <source>The training {name} runs in the background</source>
        <translation>Das Training {name} läuft im Hintergrund</translation>
    </message>
    <message>
        <source>{name} is finished; its model is in use</source>
        <translation>{name} ist fertig; sein Modell wird verwendet</translation>
    </message>
    <message>
        <source>Close the panel; trainings continue</source>
        <translation>Das Feld schließen; Trainings laufen weiter</translation>
    </message>
    <message>
        <source>training {name}</source>
        <translation>Training {name}</translation>
    </message>
    <message>
        <source>{count} trainings</source>
        <translation>{count} Trainings</translation>
    </message>
</context>
<context>
    <name>TrainingForm</name>
    <message>
        <source>default: guided, for new people</source>
        <translation>default: geführt, für neue Menschen</translation>
    </message>
    <message>
        <source>report: the published experiment</source>
        <translation>report: das veröffentlichte Experiment</translation>
    </message>
    <message>
        <source>both, one after the other</source>
        <translation>beide, nacheinander</translation>
    </message>
    <message>
        <source>1: G1, the coarse image</source>
        <translation>1: G1, das grobe Bild</translation>
    </message>
    <message>
        <source>2: G2 against D, the refinement</source>
        <translation>2: G2 gegen D, die Verfeinerung</translation>
    </message>
    <message>
        <source>Epochs of stage 1</source>
        <translation>Epochen der Stufe 1</translation>
    </message>
    <message>
        <source>Epochs of stage 2</source>
        <translation>Epochen der Stufe 2</translation>
    </message>
    <message>
        <source>How often each picture is used as source in stage 1.</source>
        <translation>Wie oft jedes Bild in Stufe 1 Quelle ist.</translation>
    </message>
    <message>
        <source>How often each picture is used as source in stage 2.</source>
        <translation>Wie oft jedes Bild in Stufe 2 Quelle ist.</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Pairs per step, in both stages.</source>
        <translation>Paare je Schritt, in beiden Stufen.</translation>
    </message>
    <message>
        <source>New training</source>
        <translation>Neues Training</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>Training starten</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>All settings ({count} changed)</source>
        <translation>Alle Einstellungen ({count} geändert)</translation>
    </message>
    <message>
        <source>All settings</source>
        <translation>Alle Einstellungen</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Stages</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Start from model</source>
        <translation>Ausgangsmodell</translation>
    </message>
    <message>
        <source>Folder of the run</source>
        <translation>Ordner des Laufs</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>TrainingMenu</name>
    <message>
        <source>&amp;Training</source>
        <translation>&amp;Training</translation>
    </message>
    <message>
        <source>&amp;New training…</source>
        <translation>&amp;Neues Training …</translation>
    </message>
    <message>
        <source>Train a model on your own pictures</source>
        <translation>Ein Modell mit eigenen Bildern trainieren</translation>
    </message>
    <message>
        <source>&amp;Personalise…</source>
        <translation>&amp;Personalisieren …</translation>
    </message>
    <message>
        <source>Fit the default model to one person</source>
        <translation>Das Standardmodell an eine Person anpassen</translation>
    </message>
    <message>
        <source>&amp;Open a run…</source>
        <translation>Lauf ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Show a training that was started elsewhere</source>
        <translation>Ein Training zeigen, das anderswo gestartet wurde</translation>
    </message>
    <message>
        <source>Show running and finished trainings</source>
        <translation>Laufende und beendete Trainings zeigen</translation>
    </message>
    <message>
        <source>&amp;Show the trainings</source>
        <translation>Trainings &amp;zeigen</translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message>
        <source>There are no trainings yet.

A training runs in the background, also when this window is closed. Personalise makes a model for one person in minutes.</source>
        <translation>Es gibt noch keine Trainings.

Ein Training läuft im Hintergrund, auch wenn dieses Fenster geschlossen ist. Personalisieren erzeugt in Minuten ein Modell für eine Person.</translation>
    </message>
    <message>
        <source>New training…</source>
        <translation>Neues Training …</translation>
    </message>
    <message>
        <source>Train a model on your own pictures</source>
        <translation>Ein Modell mit eigenen Bildern trainieren</translation>
    </message>
    <message>
        <source>Personalise…</source>
        <translation>Personalisieren …</translation>
    </message>
    <message>
        <source>Fit the default model to one person</source>
        <translation>Das Standardmodell an eine Person anpassen</translation>
    </message>
</context>
<context>
    <name>TurnMenu</name>
    <message>
        <source>T&amp;urn the head</source>
        <translation>Kopf &amp;drehen</translation>
    </message>
    <message>
        <source>Turn the head by {:.0f}°</source>
        <translation>Den Kopf um {:.0f}° drehen</translation>
    </message>
    <message>
        <source>To the &amp;left</source>
        <translation>Nach &amp;links</translation>
    </message>
    <message>
        <source>To the &amp;right</source>
        <translation>Nach &amp;rechts</translation>
    </message>
    <message>
        <source>&amp;Up</source>
        <translation>Nach &amp;oben</translation>
    </message>
    <message>
        <source>&amp;Down</source>
        <translation>Nach &amp;unten</translation>
    </message>
    <message>
        <source>Tilt &amp;anticlockwise</source>
        <translation>&amp;Gegen den Uhrzeigersinn neigen</translation>
    </message>
    <message>
        <source>Tilt &amp;clockwise</source>
        <translation>&amp;Im Uhrzeigersinn neigen</translation>
    </message>
</context>
<context>
    <name>View</name>
    <message>
        <source>Refined</source>
        <translation>Verfeinert</translation>
    </message>
    <message>
        <source>Coarse</source>
        <translation>Grob</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Warp</source>
        <translation>Verzerrt</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>The result, as it is saved</source>
        <translation>Das Ergebnis, wie es gesichert wird</translation>
    </message>
    <message>
        <source>The output of G1, before refinement</source>
        <translation>Die Ausgabe von G1, vor der Verfeinerung</translation>
    </message>
    <message>
        <source>The output of G2, which is added to the coarse picture; grey is zero</source>
        <translation>Die Ausgabe von G2, die zum groben Bild addiert wird; Grau ist null</translation>
    </message>
    <message>
        <source>The source warped into the pose, the input of the networks</source>
        <translation>Die in die Pose verzerrte Quelle, die Eingabe der Netze</translation>
    </message>
    <message>
        <source>The photo as it is</source>
        <translation>Das Foto, wie es ist</translation>
    </message>
</context>
<context>
    <name>ViewMenu</name>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Expression and poses</source>
        <translation>Mim&amp;ik und Posen</translation>
    </message>
    <message>
        <source>Show the sliders of the expression and the named poses</source>
        <translation>Die Regler der Mimik und die benannten Posen zeigen</translation>
    </message>
    <message>
        <source>&amp;Large picture</source>
        <translation>&amp;Großes Bild</translation>
    </message>
    <message>
        <source>Large picture</source>
        <translation>Großes Bild</translation>
    </message>
    <message>
        <source>&amp;Small picture</source>
        <translation>&amp;Kleines Bild</translation>
    </message>
    <message>
        <source>Small picture</source>
        <translation>Kleines Bild</translation>
    </message>
    <message>
        <source>&amp;Whole photo</source>
        <translation>G&amp;anzes Foto</translation>
    </message>
    <message>
        <source>Show the whole photo</source>
        <translation>Das ganze Foto zeigen</translation>
    </message>
    <message>
        <source>&amp;Face</source>
        <translation>G&amp;esicht</translation>
    </message>
    <message>
        <source>Zoom to the face</source>
        <translation>Auf das Gesicht zoomen</translation>
    </message>
    <message>
        <source>Zoom &amp;100 %</source>
        <translation>Zoom &amp;100 %</translation>
    </message>
    <message>
        <source>Show one pixel of the photo as one pixel of the screen</source>
        <translation>Ein Pixel des Fotos als ein Pixel des Bildschirms zeigen</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Vergrößer&amp;n</translation>
    </message>
    <message>
        <source>Show less of the photo, larger</source>
        <translation>Weniger vom Foto zeigen, größer</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Verk&amp;leinern</translation>
    </message>
    <message>
        <source>Show more of the photo, smaller</source>
        <translation>Mehr vom Foto zeigen, kleiner</translation>
    </message>
    <message>
        <source>&amp;Points</source>
        <translation>&amp;Punkte</translation>
    </message>
    <message>
        <source>Show the points over the photo</source>
        <translation>Die Punkte über dem Foto zeigen</translation>
    </message>
    <message>
        <source>&amp;Result under the points</source>
        <translation>E&amp;rgebnis unter den Punkten</translation>
    </message>
    <message>
        <source>Show the reposed face instead of the photo under the points</source>
        <translation>Unter den Punkten das Gesicht in neuer Pose statt des Fotos zeigen</translation>
    </message>
    <message>
        <source>&amp;Heatmaps</source>
        <translation>&amp;Heatmaps</translation>
    </message>
    <message>
        <source>Show the pose heatmaps, which the networks get</source>
        <translation>Die Heatmaps der Pose zeigen, die die Netze erhalten</translation>
    </message>
    <message>
        <source>&amp;Mask</source>
        <translation>&amp;Maske</translation>
    </message>
    <message>
        <source>Show the mask, which weights the loss in training</source>
        <translation>Die Maske zeigen, die im Training den Verlust gewichtet</translation>
    </message>
    <message>
        <source>Tint what was found: skin yellow, hair violet, clothes green, eyes blue, mouth red</source>
        <translation>Färben, was gefunden wurde: Haut gelb, Haare violett, Kleidung grün, Augen blau, Mund rot</translation>
    </message>
    <message>
        <source>Head that &amp;turns</source>
        <translation>&amp;Drehbarer Kopf</translation>
    </message>
    <message>
        <source>Show the small head on the photo that turns the pose</source>
        <translation>Den kleinen Kopf auf dem Foto zeigen, der die Pose dreht</translation>
    </message>
    <message>
        <source>Split into &amp;before and after</source>
        <translation>In &amp;Vorher und Nachher teilen</translation>
    </message>
    <message>
        <source>Light or dark as the system</source>
        <translation>Hell oder dunkel wie das System</translation>
    </message>
    <message>
        <source>&amp;Compare with the photo</source>
        <translation>Mit dem F&amp;oto vergleichen</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>Parts of the pict&amp;ure</source>
        <translation>&amp;Teile des Bildes</translation>
    </message>
    <message>
        <source>Show the photo left of a line in the pictures; drag the line</source>
        <translation>Links einer Linie in den Bildern das Foto zeigen; die Linie lässt sich ziehen</translation>
    </message>
    <message>
        <source>Show the photo instead of the pictures: press the key to switch, or hold it</source>
        <translation>Das Foto statt der Bilder zeigen: Taste drücken schaltet um, oder halten</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>Dark text on light grey</source>
        <translation>Dunkler Text auf hellem Grau</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>Light text on dark grey</source>
        <translation>Heller Text auf dunklem Grau</translation>
    </message>
</context>
</TS>
