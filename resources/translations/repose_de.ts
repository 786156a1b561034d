<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en_GB">
    <context>
        <name>Autosave</name>
        <message>
            <source>What you do cannot be autosaved: {}</source>
            <translation>Die Arbeit kann nicht automatisch gesichert werden: {}</translation>
        </message>
    </context>
    <context>
        <name>Brush</name>
        <message>
            <source>Soft border</source>
            <translation>Weicher Rand</translation>
        </message>
        <message>
            <source>Keep nothing</source>
            <translation>Nichts bewahren</translation>
        </message>
        <message>
            <source>Invert what is kept</source>
            <translation>Bewahrtes umkehren</translation>
        </message>
        <message>
            <source>Drag to erase; [ and ] set the size, Esc ends</source>
            <translation>Ziehen radiert; [ und ] ändern die Größe, Esc beendet</translation>
        </message>
        <message>
            <source>Drag to paint what must not change; Ctrl erases, [ and ] set the size, Esc ends</source>
            <translation>Ziehen malt, was bleiben soll; Strg radiert, [ und ] ändern die Größe, Esc beendet</translation>
        </message>
        <message>
            <source>Erase what is kept</source>
            <translation>Bewahrtes wegradieren</translation>
        </message>
        <message>
            <source>Paint what is kept</source>
            <translation>Bewahrtes malen</translation>
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
            <source>How much of the way to the other pose; beyond 100 % further than that</source>
            <translation>Wie weit zur anderen Pose; über 100 % noch darüber hinaus</translation>
        </message>
        <message>
            <source> %</source>
            <translation> %</translation>
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
            <source>Copy pose</source>
            <translation>Pose übernehmen</translation>
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
            <source>Take this folder out</source>
            <translation>Diesen Ordner herausnehmen</translation>
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
            <source>Move point</source>
            <translation>Punkt verschieben</translation>
        </message>
        <message>
            <source>Move {} points</source>
            <translation>{} Punkte verschieben</translation>
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
        <name>Errors</name>
        <message>
            <source>There is not enough memory for this; close other programs or use a smaller photo.</source>
            <translation>Dafür reicht der Speicher nicht; schließen Sie andere Programme oder nehmen Sie ein kleineres Foto.</translation>
        </message>
        <message>
            <source>Something unexpected went wrong ({what}).</source>
            <translation>Etwas Unerwartetes ist schiefgegangen ({what}).</translation>
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
            <source>The same for a terminal</source>
            <translation>Dasselbe für ein Terminal</translation>
        </message>
        <message>
            <source>Exported: {what}</source>
            <translation>Exportiert: {what}</translation>
        </message>
        <message>
            <source>This system has no program to show {path} with: open it yourself.</source>
            <translation>Dieses System hat kein Programm, das {path} anzeigt: Öffnen Sie es selbst.</translation>
        </message>
    </context>
    <context>
        <name>ExportForm</name>
        <message>
            <source>Whole photo</source>
            <translation>Ganzes Foto</translation>
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
            <source>None</source>
            <translation>Keine</translation>
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
            <source>Keep what is painted in the editor, of its photo</source>
            <translation>Bewahren, was im Editor auf seinem Foto bemalt ist</translation>
        </message>
        <message>
            <source>What was painted in the menu Keep does not change</source>
            <translation>Was mit dem Menü „Bewahren“ bemalt wurde, ändert sich nicht</translation>
        </message>
        <message>
            <source>These are filled in: {fields}</source>
            <translation>Eingesetzt werden: {fields}</translation>
        </message>
        <message>
            <source>A contact sheet of all pictures</source>
            <translation>Ein Kontaktbogen aller Bilder</translation>
        </message>
        <message>
            <source>Make pictures anew that are there already</source>
            <translation>Vorhandene Bilder neu erstellen</translation>
        </message>
        <message>
            <source>Note in the pictures that they were edited</source>
            <translation>In den Bildern vermerken, dass sie bearbeitet wurden</translation>
        </message>
        <message>
            <source>As XMP: parts were made by a trained model, and by which. EXIF and colours stay.</source>
            <translation>Als XMP: dass Teile von einem trainierten Modell stammen und von welchem. EXIF und Farben bleiben.</translation>
        </message>
        <message>
            <source>Choose a folder for the pictures.</source>
            <translation>Wählen Sie einen Ordner für die Bilder.</translation>
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
            <source>beyond the pose, each angle with each</source>
            <translation>über die Pose hinaus, jeder Winkel mit jedem</translation>
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
        <message>
            <source>beyond the pose in the editor, each angle with each</source>
            <translation>über die Pose im Editor hinaus, jeder Winkel mit jedem</translation>
        </message>
    </context>
    <context>
        <name>ExportProcess</name>
        <message>
            <source>it said nothing</source>
            <translation>ohne eine Meldung</translation>
        </message>
        <message>
            <source>The export broke off: {why}</source>
            <translation>Der Export ist abgebrochen: {why}</translation>
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
            <source>Stopping: the pictures that are under way are finished…</source>
            <translation>Wird angehalten: Die begonnenen Bilder werden noch fertig …</translation>
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
            <source>stopped; Export goes on where it stopped</source>
            <translation>angehalten; „Exportieren“ macht dort weiter</translation>
        </message>
        <message>
            <source>{count} kept as they were</source>
            <translation>{count} waren schon da</translation>
        </message>
        <message>
            <source>{count} failed</source>
            <translation>{count} fehlgeschlagen</translation>
        </message>
    </context>
    <context>
        <name>ExpressionPanel</name>
        <message>
            <source>Neutral face</source>
            <translation>Neutrales Gesicht</translation>
        </message>
        <message>
            <source>Shut the mouth, take a smile away, open eyes that are shut</source>
            <translation>Mund schließen, Lächeln wegnehmen, geschlossene Augen öffnen</translation>
        </message>
        <message>
            <source>As in the photo</source>
            <translation>Wie im Foto</translation>
        </message>
        <message>
            <source>Put all points where the photo has them; the turn of the head stays</source>
            <translation>Alle Punkte dorthin setzen, wo das Foto sie hat; die Kopfdrehung bleibt</translation>
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
            <source>The person's own right eye, at the left in the picture. Left of 0 it opens further.</source>
            <translation>Das rechte Auge der Person, im Bild links. Links von 0 öffnet es sich weiter.</translation>
        </message>
        <message>
            <source>Close left eye</source>
            <translation>Linkes Auge schließen</translation>
        </message>
        <message>
            <source>The person's own left eye, at the right in the picture. Left of 0 it opens further.</source>
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
        <name>FaceDock</name>
        <message>
            <source>Expression and poses</source>
            <translation>Mimik und Posen</translation>
        </message>
        <message>
            <source>Expression</source>
            <translation>Mimik</translation>
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
            <source>{} was edited and not saved. Save what you did?</source>
            <translation>{} wurde bearbeitet und nicht gesichert. Möchten Sie die Arbeit sichern?</translation>
        </message>
        <message>
            <source>An export is under way. Stop it? What is made stays, and the same export goes on from there another time.</source>
            <translation>Ein Export läuft noch. Anhalten? Was fertig ist, bleibt, und derselbe Export macht ein andermal dort weiter.</translation>
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
            <source>{} is the original photo. Overwrite it? It cannot be brought back.</source>
            <translation>{} ist das Originalfoto. Überschreiben? Es lässt sich nicht wiederherstellen.</translation>
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
            <source>Saved {} (a BMP cannot say that it was edited)</source>
            <translation>{} gesichert (ein BMP kann nicht vermerken, dass es bearbeitet wurde)</translation>
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
            <source>&amp;Save project…</source>
            <translation>Projekt &amp;sichern …</translation>
        </message>
        <message>
            <source>&amp;Discard</source>
            <translation>&amp;Verwerfen</translation>
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
            <source>{}: click to take the whole part (key {}), drag to move it</source>
            <translation>{}: Klick wählt den ganzen Teil (Taste {}), Ziehen verschiebt ihn</translation>
        </message>
        <message>
            <source>Drag to move what is selected, click to drop the selection</source>
            <translation>Ziehen verschiebt die Auswahl, ein Klick hebt sie auf</translation>
        </message>
        <message>
            <source>Drag to turn what is selected; Shift: in steps of 15°</source>
            <translation>Ziehen dreht die Auswahl; Umschalt: in Schritten von 15°</translation>
        </message>
        <message>
            <source>Drag to scale what is selected; Shift: freely; Ctrl: about the middle</source>
            <translation>Ziehen skaliert die Auswahl; Umschalt: frei; Strg: um die Mitte</translation>
        </message>
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
            <source>&lt;h3&gt;Repose gives a face in a photo a new pose.&lt;/h3&gt;&lt;p&gt;&lt;b&gt;Drag&lt;/b&gt; the points on the face, click a line to take a whole part, or turn the head with the sliders or the small head on the photo; the result follows.&lt;/p&gt;&lt;p&gt;The arrow keys move what is selected; the wheel zooms, and Space or the middle button pans. Hold the mouse on a result to compare it with the photo.&lt;/p&gt;&lt;p&gt;Press &lt;b&gt;?&lt;/b&gt; for all keys.&lt;/p&gt;&lt;p&gt;Please ask people before you edit their picture.&lt;/p&gt;</source>
            <translation>&lt;h3&gt;Repose gibt einem Gesicht im Foto eine neue Pose.&lt;/h3&gt;&lt;p&gt;&lt;b&gt;Ziehen&lt;/b&gt; Sie an den Punkten im Gesicht, klicken Sie auf eine Linie, um einen ganzen Teil zu wählen, oder drehen Sie den Kopf mit den Reglern oder dem kleinen Kopf auf dem Foto; das Ergebnis folgt.&lt;/p&gt;&lt;p&gt;Die Pfeiltasten verschieben die Auswahl; das Mausrad zoomt, die Leertaste oder die mittlere Maustaste verschiebt den Ausschnitt. Halten Sie die Maustaste auf einem Ergebnis gedrückt, um es mit dem Foto zu vergleichen.&lt;/p&gt;&lt;p&gt;Mit &lt;b&gt;?&lt;/b&gt; sehen Sie alle Tasten.&lt;/p&gt;&lt;p&gt;Bitte fragen Sie die Menschen, bevor Sie ihr Bild bearbeiten.&lt;/p&gt;</translation>
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
            <source>Correcting the detection: put the points where the face has them. The picture does not change. The sliders turn all points.</source>
            <translation>Erkennung berichtigen: Setzen Sie die Punkte dorthin, wo das Gesicht sie hat. Das Bild ändert sich nicht. Die Regler drehen alle Punkte.</translation>
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
            <source>How gently what is kept goes over into what changes</source>
            <translation>Wie weich das Bewahrte in das Veränderte übergeht</translation>
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
            <source>&amp;Paint what must not change</source>
            <translation>&amp;Malen, was bleiben soll</translation>
        </message>
        <message>
            <source>Glasses, hair, hands, background: what is painted stays as in the photo</source>
            <translation>Brille, Haare, Hände, Hintergrund: Was bemalt ist, bleibt wie im Foto</translation>
        </message>
        <message>
            <source>&amp;Erase</source>
            <translation>&amp;Radieren</translation>
        </message>
        <message>
            <source>Let painted places change again</source>
            <translation>Bemalte Stellen dürfen sich wieder ändern</translation>
        </message>
        <message>
            <source>&amp;Show what is kept</source>
            <translation>Bewahrtes an&amp;zeigen</translation>
        </message>
        <message>
            <source>Tint what is kept over the photo</source>
            <translation>Bewahrtes über dem Foto einfärben</translation>
        </message>
        <message>
            <source>&amp;Invert</source>
            <translation>&amp;Umkehren</translation>
        </message>
        <message>
            <source>Keep what was not kept: paint the face and invert to keep all around it</source>
            <translation>Das bisher nicht Bewahrte bewahren: das Gesicht bemalen und umkehren, dann bleibt alles darum herum</translation>
        </message>
        <message>
            <source>&amp;Clear</source>
            <translation>&amp;Leeren</translation>
        </message>
        <message>
            <source>Keep nothing</source>
            <translation>Nichts bewahren</translation>
        </message>
        <message>
            <source>&amp;Open a mask…</source>
            <translation>Maske ö&amp;ffnen …</translation>
        </message>
        <message>
            <source>A picture of the photo's shape, white where the photo must stay</source>
            <translation>Ein Bild in der Form des Fotos, weiß, wo das Foto bleiben soll</translation>
        </message>
        <message>
            <source>Save the &amp;mask…</source>
            <translation>Maske &amp;sichern …</translation>
        </message>
        <message>
            <source>As a picture, for other programs and for batches</source>
            <translation>Als Bild, für andere Programme und für Stapel</translation>
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
            <source>Speak this language from the next start on</source>
            <translation>Diese Sprache ab dem nächsten Start verwenden</translation>
        </message>
        <message>
            <source>Speak the language of the system</source>
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
            <source>loading the model…</source>
            <translation>das Modell wird geladen …</translation>
        </message>
        <message>
            <source>How long the last update took</source>
            <translation>Wie lange die letzte Aktualisierung gedauert hat</translation>
        </message>
        <message>
            <source>Where the networks run</source>
            <translation>Wo die Netze rechnen</translation>
        </message>
        <message>
            <source>The model in use</source>
            <translation>Das verwendete Modell</translation>
        </message>
        <message>
            <source>model: {name}</source>
            <translation>Modell: {name}</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>kein Modell</translation>
        </message>
        <message>
            <source>There is no model: open one with Model, Open model…</source>
            <translation>Es gibt kein Modell: Öffnen Sie eines mit „Modell“, „Modell öffnen …“</translation>
        </message>
        <message>
            <source>{time:.0f} ms</source>
            <translation>{time:.0f} ms</translation>
        </message>
    </context>
    <context>
        <name>MarkedSlider</name>
        <message>
            <source>Double-click the name to set it back to 0.</source>
            <translation>Doppelklick auf den Namen setzt auf 0 zurück.</translation>
        </message>
    </context>
    <context>
        <name>Menus</name>
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
            <source>&amp;Save project</source>
            <translation>Projekt &amp;sichern</translation>
        </message>
        <message>
            <source>Keep photo, points, pose, areas and view in one small file</source>
            <translation>Foto, Punkte, Pose, Bewahrtes und Ansicht in einer kleinen Datei ablegen</translation>
        </message>
        <message>
            <source>Save project &amp;as…</source>
            <translation>Projekt sichern &amp;unter …</translation>
        </message>
        <message>
            <source>Keep all of it in another file</source>
            <translation>All das in einer anderen Datei ablegen</translation>
        </message>
        <message>
            <source>Save p&amp;icture…</source>
            <translation>B&amp;ild sichern …</translation>
        </message>
        <message>
            <source>Save the photo with the reposed face, at full size</source>
            <translation>Das Foto mit dem Gesicht in neuer Pose sichern, in voller Größe</translation>
        </message>
        <message>
            <source>&amp;Note edits in pictures</source>
            <translation>Bearbeitung in Bildern ver&amp;merken</translation>
        </message>
        <message>
            <source>Saved pictures say that they were edited, and with which model</source>
            <translation>Gesicherte Bilder vermerken, dass sie bearbeitet wurden und mit welchem Modell</translation>
        </message>
        <message>
            <source>E&amp;xport batch…</source>
            <translation>Stapel e&amp;xportieren …</translation>
        </message>
        <message>
            <source>Make many photos in many poses at once</source>
            <translation>Viele Fotos in vielen Posen auf einmal erstellen</translation>
        </message>
        <message>
            <source>Open &amp;pose…</source>
            <translation>&amp;Pose öffnen …</translation>
        </message>
        <message>
            <source>Take the pose of a pose file</source>
            <translation>Die Pose einer Posendatei übernehmen</translation>
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
            <source>Close the window; trainings go on</source>
            <translation>Das Fenster schließen; Trainings laufen weiter</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>&amp;Bearbeiten</translation>
        </message>
        <message>
            <source>Take back the last change</source>
            <translation>Die letzte Änderung zurücknehmen</translation>
        </message>
        <message>
            <source>Make it again</source>
            <translation>Sie wieder vornehmen</translation>
        </message>
        <message>
            <source>&amp;Reset pose</source>
            <translation>Pose &amp;zurücksetzen</translation>
        </message>
        <message>
            <source>Back to the pose of the photo (can be undone)</source>
            <translation>Zurück zur Pose des Fotos (lässt sich rückgängig machen)</translation>
        </message>
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
            <source>Correct the &amp;detection</source>
            <translation>&amp;Erkennung berichtigen</translation>
        </message>
        <message>
            <source>Put the points where the face really has them; the picture does not change</source>
            <translation>Die Punkte dorthin setzen, wo das Gesicht sie wirklich hat; das Bild ändert sich nicht</translation>
        </message>
        <message>
            <source>Cancel correc&amp;ting</source>
            <translation>Berichtigen a&amp;bbrechen</translation>
        </message>
        <message>
            <source>Leave the points of the face as they were</source>
            <translation>Die Punkte des Gesichts lassen, wie sie waren</translation>
        </message>
        <message>
            <source>Choose another &amp;face…</source>
            <translation>Anderes &amp;Gesicht wählen …</translation>
        </message>
        <message>
            <source>Repose another face of this photo</source>
            <translation>Einem anderen Gesicht dieses Fotos eine neue Pose geben</translation>
        </message>
        <message>
            <source>Place a face by &amp;hand…</source>
            <translation>Gesicht von &amp;Hand setzen …</translation>
        </message>
        <message>
            <source>Click the two eyes of a face that was not found</source>
            <translation>Auf die beiden Augen eines Gesichts klicken, das nicht gefunden wurde</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>&amp;Ansicht</translation>
        </message>
        <message>
            <source>&amp;Whole photo</source>
            <translation>G&amp;anzes Foto</translation>
        </message>
        <message>
            <source>Show all of the photo</source>
            <translation>Das ganze Foto zeigen</translation>
        </message>
        <message>
            <source>&amp;Face</source>
            <translation>G&amp;esicht</translation>
        </message>
        <message>
            <source>Show the face as large as it fits</source>
            <translation>Das Gesicht so groß wie möglich zeigen</translation>
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
            <source>Edit the pose over the reposed face instead of the photo</source>
            <translation>Die Pose über dem Ergebnis statt über dem Foto bearbeiten</translation>
        </message>
        <message>
            <source>&amp;Heatmaps</source>
            <translation>&amp;Heatmaps</translation>
        </message>
        <message>
            <source>Show the pose as the network sees it</source>
            <translation>Die Pose zeigen, wie das Netz sie sieht</translation>
        </message>
        <message>
            <source>&amp;Mask</source>
            <translation>&amp;Maske</translation>
        </message>
        <message>
            <source>Show where training looks most closely</source>
            <translation>Zeigen, wo das Training am genauesten hinsieht</translation>
        </message>
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
            <source>&amp;Help</source>
            <translation>&amp;Hilfe</translation>
        </message>
        <message>
            <source>&amp;How to use Repose</source>
            <translation>So &amp;geht Repose</translation>
        </message>
        <message>
            <source>The main moves on one page</source>
            <translation>Die wichtigsten Handgriffe auf einer Seite</translation>
        </message>
        <message>
            <source>&amp;Keyboard and mouse</source>
            <translation>&amp;Tastatur und Maus</translation>
        </message>
        <message>
            <source>All keys, and what the mouse does</source>
            <translation>Alle Tasten und was die Maus tut</translation>
        </message>
    </context>
    <context>
        <name>ModelField</name>
        <message>
            <source>Empty: from the beginning.</source>
            <translation>Leer: von Anfang an.</translation>
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
            <source>Stage 2 alone needs a model whose G1 it takes.</source>
            <translation>Stufe 2 allein braucht ein Modell, dessen G1 sie übernimmt.</translation>
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
        <name>NamedPoseActions</name>
        <message>
            <source>&amp;Keep this pose…</source>
            <translation>Diese Pose behal&amp;ten …</translation>
        </message>
        <message>
            <source>Keep the present pose under a name, as a file in your folder of poses</source>
            <translation>Die jetzige Pose unter einem Namen behalten, als Datei in Ihrem Posenordner</translation>
        </message>
        <message>
            <source>Take only the turn of the &amp;head</source>
            <translation>Nur die &amp;Kopfdrehung übernehmen</translation>
        </message>
        <message>
            <source>Turn the head as in the chosen pose; the face stays as it is</source>
            <translation>Den Kopf wie in der gewählten Pose drehen; das Gesicht bleibt, wie es ist</translation>
        </message>
        <message>
            <source>Take only the &amp;face</source>
            <translation>Nur das &amp;Gesicht übernehmen</translation>
        </message>
        <message>
            <source>Give the face the expression of the chosen pose; the head stays as it is</source>
            <translation>Dem Gesicht die Mimik der gewählten Pose geben; der Kopf bleibt, wie er ist</translation>
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
            <source>Keep the pose of a .pts, dlib, labelme, CSV or Repose file</source>
            <translation>Die Pose einer .pts-, dlib-, labelme-, CSV- oder Repose-Datei behalten</translation>
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
            <source>Delete the pose {}? It cannot be brought back.</source>
            <translation>Die Pose {} löschen? Sie lässt sich nicht wiederherstellen.</translation>
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
            <source>The folder {} cannot be made: {}.</source>
            <translation>Der Ordner {} kann nicht angelegt werden: {}.</translation>
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
            <source>Hold the mouse button on the picture to see the photo before.</source>
            <translation>Halten Sie die Maustaste auf dem Bild gedrückt, um das Foto von vorher zu sehen.</translation>
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
            <source>The reposed face appears here once you have corrected the points.</source>
            <translation>Hier erscheint das Gesicht in der neuen Pose, sobald Sie die Punkte korrigiert haben.</translation>
        </message>
    </context>
    <context>
        <name>PathList</name>
        <message>
            <source>Add files…</source>
            <translation>Dateien hinzufügen …</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>Ordner hinzufügen …</translation>
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
            <source>Add all that a folder holds</source>
            <translation>Alles aus einem Ordner hinzufügen</translation>
        </message>
        <message>
            <source>{folder}/ (all in it)</source>
            <translation>{folder}/ (alles darin)</translation>
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
            <source>Fits the default model to one person. It goes on in the background; pictures of the person that it does not learn from show whether it helps. Several photos from different sides help most: from one alone Repose can only learn from views that it makes of it.</source>
            <translation>Passt das Standardmodell an eine Person an. Das läuft im Hintergrund; Bilder der Person, aus denen es nicht lernt, zeigen, ob es hilft. Am meisten helfen mehrere Fotos von verschiedenen Seiten: Aus einem allein kann Repose nur über Ansichten lernen, die es selbst davon erzeugt.</translation>
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
            <source>{curve}, over epochs. A line marks where stage 2 begins.</source>
            <translation>{curve} über den Epochen. Eine Linie zeigt, wo Stufe 2 beginnt.</translation>
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
            <source>the other face's points, moved and scaled onto this face.</source>
            <translation>die Punkte des anderen Gesichts, auf dieses verschoben und skaliert.</translation>
        </message>
        <message>
            <source>Absolute</source>
            <translation>Absolut</translation>
        </message>
        <message>
            <source>the other face's points as they are; for photos of a fixed camera.</source>
            <translation>die Punkte des anderen Gesichts, wie sie sind; für Fotos einer festen Kamera.</translation>
        </message>
    </context>
    <context>
        <name>PoseActions</name>
        <message>
            <source>As in the photo</source>
            <translation>Wie im Foto</translation>
        </message>
        <message>
            <source>T&amp;urn the head</source>
            <translation>Kopf &amp;drehen</translation>
        </message>
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
            <source>Head that &amp;turns</source>
            <translation>&amp;Drehbarer Kopf</translation>
        </message>
        <message>
            <source>Show the head on the photo that turns the pose</source>
            <translation>Den Kopf auf dem Foto zeigen, der die Pose dreht</translation>
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
        <message>
            <source>Turn the head by {:.0f}°</source>
            <translation>Den Kopf um {:.0f}° drehen</translation>
        </message>
        <message>
            <source>Neutral face</source>
            <translation>Neutrales Gesicht</translation>
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
            <source>A pose needs a name of 1 to {} letters, not beginning with a dot.</source>
            <translation>Eine Pose braucht einen Namen aus 1 bis {} Zeichen, der nicht mit einem Punkt beginnt.</translation>
        </message>
        <message>
            <source>The name of a pose is that of its file: leave out {}</source>
            <translation>Der Name einer Pose ist der ihrer Datei: Lassen Sie {} weg</translation>
        </message>
        <message>
            <source>The folder {} cannot be made: {}.</source>
            <translation>Der Ordner {} kann nicht angelegt werden: {}.</translation>
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
    </context>
    <context>
        <name>PoseWarnings</name>
        <message>
            <source>Some points lie on the wrong side of others, where the picture will tear. Drag them back, or undo.</source>
            <translation>Einige Punkte liegen auf der falschen Seite von anderen; dort reißt das Bild. Ziehen Sie sie zurück oder machen Sie den Schritt rückgängig.</translation>
        </message>
        <message>
            <source>The head is turned by {value:.0f}° from the photo; the model has learnt up to {limit:.0f}°. Turn it back, or expect a smeared face.</source>
            <translation>Der Kopf ist gegenüber dem Foto um {value:.0f}° gedreht; das Modell hat bis {limit:.0f}° gelernt. Drehen Sie ihn zurück, sonst verwischt das Gesicht.</translation>
        </message>
        <message>
            <source>The head nods by {value:.0f}° from the photo; the model has learnt up to {limit:.0f}°. Nod less, or expect a smeared face.</source>
            <translation>Der Kopf nickt gegenüber dem Foto um {value:.0f}°; das Modell hat bis {limit:.0f}° gelernt. Nicken Sie weniger, sonst verwischt das Gesicht.</translation>
        </message>
        <message>
            <source>The head is tilted by {value:.0f}° from the photo; the model has learnt up to {limit:.0f}°. Tilt it less, or turn the photo itself.</source>
            <translation>Der Kopf ist gegenüber dem Foto um {value:.0f}° geneigt; das Modell hat bis {limit:.0f}° gelernt. Neigen Sie ihn weniger oder drehen Sie das Foto selbst.</translation>
        </message>
        <message>
            <source>Part of the face lies outside of the photo and is cut off. Move it back in, or start from a wider photo.</source>
            <translation>Ein Teil des Gesichts liegt außerhalb des Fotos und ist abgeschnitten. Schieben Sie es wieder hinein oder nehmen Sie ein weiteres Foto.</translation>
        </message>
        <message>
            <source>The face is only {value:.0f} pixels high, and the result can be no sharper. Use a larger photo of it if there is one.</source>
            <translation>Das Gesicht ist nur {value:.0f} Pixel hoch, und das Ergebnis kann nicht schärfer sein. Nehmen Sie ein größeres Foto, wenn es eines gibt.</translation>
        </message>
        <message>
            <source>The result looks less and less like this person. Turn less far, or move fewer points.</source>
            <translation>Das Ergebnis gleicht dieser Person immer weniger. Drehen Sie weniger weit oder verschieben Sie weniger Punkte.</translation>
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
            <source>Open a photo and choose its face to see it move.</source>
            <translation>Öffnen Sie ein Foto und wählen Sie das Gesicht darin, um es in Bewegung zu sehen.</translation>
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
            <source>Keep the present pose under a name</source>
            <translation>Die jetzige Pose unter einem Namen behalten</translation>
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
            <source>The photo of this project is not where it was: {}
Show where it is now?</source>
            <translation>Das Foto dieses Projekts ist nicht mehr dort, wo es war: {}
Möchten Sie zeigen, wo es jetzt ist?</translation>
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
            <source>{} is not the photo of this project, which has {}x{} pixels: open the project again and find its own.</source>
            <translation>{} ist nicht das Foto dieses Projekts, das {}x{} Pixel hat: Öffnen Sie das Projekt noch einmal und suchen Sie das richtige.</translation>
        </message>
        <message>
            <source>{} is not the same file as when the project was saved. Its size fits. Use it?</source>
            <translation>{} ist nicht mehr dieselbe Datei wie beim Sichern des Projekts. Die Größe passt. Verwenden?</translation>
        </message>
        <message>
            <source>Use it</source>
            <translation>Verwenden</translation>
        </message>
        <message>
            <source>The model {} of this project is not there; another one is in use.</source>
            <translation>Das Modell {} dieses Projekts ist nicht da; ein anderes wird verwendet.</translation>
        </message>
    </context>
    <context>
        <name>RecentMenu</name>
        <message>
            <source>Open &amp;recent</source>
            <translation>&amp;Zuletzt geöffnet</translation>
        </message>
        <message>
            <source>{} is gone</source>
            <translation>{} ist nicht mehr da</translation>
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
            <source>Repose did not end as it should. What was not saved then is still there:</source>
            <translation>Repose ist nicht ordentlich beendet worden. Was dabei nicht gesichert war, ist noch da:</translation>
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
            <source>Go on where this work was lost</source>
            <translation>Dort weitermachen, wo diese Arbeit verloren ging</translation>
        </message>
        <message>
            <source>Ask again when Repose starts the next time</source>
            <translation>Beim nächsten Start von Repose wieder fragen</translation>
        </message>
        <message>
            <source>Delete the chosen work for good</source>
            <translation>Die gewählte Arbeit endgültig löschen</translation>
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
            <source>Choose where the folder of the run goes</source>
            <translation>Auswählen, wo der Ordner des Laufs liegt</translation>
        </message>
        <message>
            <source>Where the run goes</source>
            <translation>Wohin der Lauf kommt</translation>
        </message>
        <message>
            <source>Name a folder for the run.</source>
            <translation>Geben Sie einen Ordner für den Lauf an.</translation>
        </message>
        <message>
            <source>{folder} holds something already: name a new folder.</source>
            <translation>{folder} enthält schon etwas: Geben Sie einen neuen Ordner an.</translation>
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
            <source>Try the model with the best score in the editor</source>
            <translation>Das Modell mit dem besten Wert im Editor ausprobieren</translation>
        </message>
        <message>
            <source>Try the newest model in the editor</source>
            <translation>Das neueste Modell im Editor ausprobieren</translation>
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
            <source>Take out of this list…</source>
            <translation>Aus dieser Liste nehmen …</translation>
        </message>
        <message>
            <source>Copied: the command that goes on with this run</source>
            <translation>Kopiert: der Befehl, der diesen Lauf fortsetzt</translation>
        </message>
        <message>
            <source>Take this run out of the list? Its folder stays on the disk, as it is.</source>
            <translation>Diesen Lauf aus der Liste nehmen? Sein Ordner bleibt, wie er ist, auf der Festplatte.</translation>
        </message>
        <message>
            <source>Take it out</source>
            <translation>Herausnehmen</translation>
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
        <message>
            <source>The training ended without a word (it was killed, or the machine was switched off).</source>
            <translation>Das Training endete ohne ein Wort (es wurde abgeschossen oder der Rechner ausgeschaltet).</translation>
        </message>
    </context>
    <context>
        <name>SampleStrip</name>
        <message>
            <source>Epoch</source>
            <translation>Epoche</translation>
        </message>
        <message>
            <source>Drag to see how the same people looked after each epoch.</source>
            <translation>Ziehen zeigt, wie dieselben Menschen nach jeder Epoche aussahen.</translation>
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
            <source>Take the whole part; Shift: beside what is selected</source>
            <translation>Den ganzen Teil wählen; Umschalt: zusätzlich zur Auswahl</translation>
        </message>
        <message>
            <source>Select &amp;all points</source>
            <translation>&amp;Alle Punkte auswählen</translation>
        </message>
        <message>
            <source>So that all of them move together</source>
            <translation>Damit sich alle zusammen bewegen</translation>
        </message>
        <message>
            <source>Select &amp;nothing</source>
            <translation>&amp;Nichts auswählen</translation>
        </message>
        <message>
            <source>Drop the selection</source>
            <translation>Die Auswahl aufheben</translation>
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
            <source>The other side of the face follows like a mirror image, however it is turned</source>
            <translation>Die andere Seite des Gesichts folgt wie ein Spiegelbild, wie auch immer es gedreht ist</translation>
        </message>
        <message>
            <source>Sof&amp;t selection</source>
            <translation>&amp;Weiche Auswahl</translation>
        </message>
        <message>
            <source>Neighbours follow, the nearer the more; [ and ] or the wheel set how far</source>
            <translation>Nachbarn folgen, je näher, desto mehr; [ und ] oder das Mausrad bestimmen, wie weit</translation>
        </message>
        <message>
            <source>Of soft selection, or of the brush</source>
            <translation>Der weichen Auswahl oder des Pinsels</translation>
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
        <message>
            <source>What is selected, about its middle</source>
            <translation>Die Auswahl, um ihre Mitte</translation>
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
        <message>
            <source>MP4 video</source>
            <translation>MP4-Video</translation>
        </message>
        <message>
            <source>GIF animation</source>
            <translation>GIF-Animation</translation>
        </message>
        <message>
            <source>Export sequence</source>
            <translation>Sequenz exportieren</translation>
        </message>
        <message>
            <source>Folder for the pictures of the sequence</source>
            <translation>Ordner für die Bilder der Sequenz</translation>
        </message>
        <message>
            <source>Sequence exported: {names}</source>
            <translation>Sequenz exportiert: {names}</translation>
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
            <source>The photo in the frame's pose appears here.</source>
            <translation>Hier erscheint das Foto in der Pose des Einzelbilds.</translation>
        </message>
        <message>
            <source>Photo in the frame's pose</source>
            <translation>Foto in der Pose des Einzelbilds</translation>
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
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <source>&amp;Use this pose</source>
            <translation>Diese Pose ü&amp;bernehmen</translation>
        </message>
        <message>
            <source>&amp;Export</source>
            <translation>&amp;Exportieren</translation>
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
            <source>No face was found in any frame: choose another video.</source>
            <translation>In keinem Einzelbild wurde ein Gesicht gefunden: Wählen Sie ein anderes Video.</translation>
        </message>
        <message>
            <source>{frame} of {count}  ·  {seconds:.2f} s</source>
            <translation>{frame} von {count}  ·  {seconds:.2f} s</translation>
        </message>
        <message>
            <source>No face was found here: the frames beside it fill the gap.</source>
            <translation>Hier wurde kein Gesicht gefunden: Die Einzelbilder daneben füllen die Lücke.</translation>
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
            <source>The other face's points, moved and scaled onto this face.</source>
            <translation>Die Punkte des anderen Gesichts, auf dieses verschoben und skaliert.</translation>
        </message>
        <message>
            <source>Absolute</source>
            <translation>Absolut</translation>
        </message>
        <message>
            <source>The other face's points as they are; for photos of a fixed camera.</source>
            <translation>Die Punkte des anderen Gesichts, wie sie sind; für Fotos einer festen Kamera.</translation>
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
            <source>How the pose is taken</source>
            <translation>Wie die Pose übernommen wird</translation>
        </message>
        <message>
            <source>Strength</source>
            <translation>Stärke</translation>
        </message>
        <message>
            <source>How much of each pose the face takes, in percent</source>
            <translation>Wie viel von jeder Pose das Gesicht übernimmt, in Prozent</translation>
        </message>
        <message>
            <source>Smoothing</source>
            <translation>Glättung</translation>
        </message>
        <message>
            <source>Takes out the tremor of the points over so many frames</source>
            <translation>Nimmt das Zittern der Punkte über so viele Einzelbilder heraus</translation>
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
            <source>Use this pose</source>
            <translation>Diese Pose übernehmen</translation>
        </message>
        <message>
            <source>Go on editing in this frame's pose</source>
            <translation>In der Pose dieses Einzelbilds weiter bearbeiten</translation>
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
            <source>Frames looked at</source>
            <translation>Durchgesehene Einzelbilder</translation>
        </message>
        <message>
            <source>no face found: between its neighbours</source>
            <translation>kein Gesicht gefunden: zwischen den Nachbarn</translation>
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
            <source>A sequence is being exported. Stop it? Pictures that are made stay, and a video ends where it is.</source>
            <translation>Eine Sequenz wird exportiert. Anhalten? Fertige Bilder bleiben, und ein Video endet, wo es gerade ist.</translation>
        </message>
        <message>
            <source>Stop the export</source>
            <translation>Export anhalten</translation>
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
            <source>take a whole part</source>
            <translation>einen ganzen Teil wählen</translation>
        </message>
        <message>
            <source>Click a line</source>
            <translation>Klick auf eine Linie</translation>
        </message>
        <message>
            <source>add to the selection, or take out</source>
            <translation>zur Auswahl hinzufügen oder herausnehmen</translation>
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
            <source>give up a drag; drop the selection</source>
            <translation>Ziehen abbrechen; Auswahl aufheben</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
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
            <source>{folder} holds no run.</source>
            <translation>{folder} enthält keinen Lauf.</translation>
        </message>
        <message>
            <source>The training {name} goes on in the background</source>
            <translation>Das Training {name} läuft im Hintergrund weiter</translation>
        </message>
        <message>
            <source>{name} is done, and its model in use</source>
            <translation>{name} ist fertig, sein Modell wird verwendet</translation>
        </message>
        <message>
            <source>training {name}</source>
            <translation>Training {name}</translation>
        </message>
        <message>
            <source>{count} trainings</source>
            <translation>{count} Trainings</translation>
        </message>
        <message>
            <source>Close the panel; trainings go on</source>
            <translation>Das Feld schließen; Trainings laufen weiter</translation>
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
            <source>How often every picture is a source in stage 1.</source>
            <translation>Wie oft jedes Bild in Stufe 1 Quelle ist.</translation>
        </message>
        <message>
            <source>Epochs of stage 2</source>
            <translation>Epochen der Stufe 2</translation>
        </message>
        <message>
            <source>How often every picture is a source in stage 2.</source>
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
            <source>Watch a training that was started elsewhere</source>
            <translation>Ein anderswo gestartetes Training beobachten</translation>
        </message>
        <message>
            <source>&amp;Show the trainings</source>
            <translation>Trainings &amp;zeigen</translation>
        </message>
        <message>
            <source>The trainings that go on, and those that have ended</source>
            <translation>Die laufenden Trainings und die beendeten</translation>
        </message>
    </context>
    <context>
        <name>TrainingPanel</name>
        <message>
            <source>Nothing has been trained yet.

A training runs in the background, also when this window is closed. Personalise makes a model for one person in minutes.</source>
            <translation>Noch wurde nichts trainiert.

Ein Training läuft im Hintergrund, auch wenn dieses Fenster geschlossen ist. „Personalisieren“ macht in Minuten ein Modell für eine Person.</translation>
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
            <source>The first draft, before refinement</source>
            <translation>Der erste Entwurf, vor der Verfeinerung</translation>
        </message>
        <message>
            <source>What refinement adds to the coarse picture; grey is nothing</source>
            <translation>Was die Verfeinerung zum groben Bild hinzufügt; Grau ist nichts</translation>
        </message>
        <message>
            <source>The source moved into the pose, which the networks start from</source>
            <translation>Die in die Pose verschobene Quelle, von der die Netze ausgehen</translation>
        </message>
        <message>
            <source>The photo as it is</source>
            <translation>Das Foto, wie es ist</translation>
        </message>
    </context>
    <context>
        <name>ViewMenu</name>
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
            <source>Split into &amp;before and after</source>
            <translation>In &amp;Vorher und Nachher teilen</translation>
        </message>
        <message>
            <source>Divide the pictures: left of the line the photo before; drag the line</source>
            <translation>Die Bilder teilen: links der Linie das Foto von vorher; die Linie lässt sich ziehen</translation>
        </message>
        <message>
            <source>&amp;Compare with the photo</source>
            <translation>Mit dem F&amp;oto vergleichen</translation>
        </message>
        <message>
            <source>Show the photo instead of the pictures: tap the key to switch, or hold it</source>
            <translation>Das Foto statt der Bilder zeigen: Taste tippen zum Umschalten oder halten</translation>
        </message>
        <message>
            <source>&amp;Appearance</source>
            <translation>&amp;Farbschema</translation>
        </message>
        <message>
            <source>As the &amp;system</source>
            <translation>Wie das &amp;System</translation>
        </message>
        <message>
            <source>Light or dark as the system is</source>
            <translation>Hell oder dunkel wie das System</translation>
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
