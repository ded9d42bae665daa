; Installs Doorkeep for the user who runs it. No administrator, no question, and nothing outside three places: its own folder,
; one entry in the Start menu, one in the list of installed apps. The user's data is never touched, neither here nor in the uninstaller.
;
;   %LOCALAPPDATA%\Programs\Doorkeep\versions\VERSION   the programs; another version lies beside it and may still run
;   %LOCALAPPDATA%\Programs\Doorkeep\current            a junction to the version in force: what clients' entries name
;
; Given by the build: VERSION, FOUR (a.b.c.d), KILOBYTES, LISTS (folder of the generated lists), ICON, OUTPUT, and SIGN where signed.
Unicode true
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
SetCompressor /SOLID lzma
CRCCheck on
SetDateSave off

!include LogicLib.nsh
!include WinVer.nsh
!include x64.nsh
!include MUI2.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Doorkeep"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

Name "Doorkeep"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Doorkeep"
BrandingText "Doorkeep ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${FOUR}"
VIAddVersionKey "ProductName" "Doorkeep"
VIAddVersionKey "FileDescription" "Doorkeep installer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Doorkeep authors, MIT licence"

!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_FINISHPAGE_RUN "$INSTDIR\current\doorkeep-tray.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start Doorkeep"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Var Place
Var Other

Function .onInit
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${RunningX64}
    MessageBox MB_ICONSTOP "Doorkeep needs Windows 10 or later, 64 bit." /SD IDOK
    SetErrorLevel 1
    Quit
  ${EndIf}
FunctionEnd

; Ends the installer in words. What was begun is taken away by the caller.
!macro FAIL WORDS
  MessageBox MB_ICONSTOP "${WORDS}" /SD IDOK
  SetErrorLevel 1
  Quit
!macroend

Section "Doorkeep"
  SetShellVarContext current
  ; Beside its later name first: half a version must never be found under the name of a whole one.
  StrCpy $Place "$INSTDIR\versions\.${VERSION}.new"
  ${If} ${FileExists} "$INSTDIR\versions\${VERSION}\doorkeep-bridge.exe"
    ; The same version once more: its files are the same, and those in use stay as they are.
    StrCpy $Place "$INSTDIR\versions\${VERSION}"
    SetOverwrite try
  ${EndIf}
  ClearErrors
  !include "${LISTS}/install.nsh"
  SetOverwrite on
  SetOutPath "$INSTDIR"
  ${If} $Place == "$INSTDIR\versions\.${VERSION}.new"
    ${If} ${Errors}
      !include "${LISTS}/uninstall.nsh"
      !insertmacro FAIL "Doorkeep could not be written to $INSTDIR. Nothing was changed. Is the disk full, or does a program keep it from being written?"
    ${EndIf}
    ClearErrors
    Rename "$Place" "$INSTDIR\versions\${VERSION}"
    ${If} ${Errors}
      !include "${LISTS}/uninstall.nsh"
      !insertmacro FAIL "The new version could not be put in its place in $INSTDIR. Nothing was changed. Restart Windows and try again."
    ${EndIf}
  ${EndIf}

  ; RMDir takes a junction away and leaves alone what it leads to.
  RMDir "$INSTDIR\current"
  nsExec::Exec '"$SYSDIR\cmd.exe" /d /c mklink /J "$INSTDIR\current" "$INSTDIR\versions\${VERSION}"'
  Pop $0
  ${If} $0 != 0
    !insertmacro FAIL "The folder $INSTDIR\current could not be made. Apps that are connected find Doorkeep by it. Restart Windows and install again."
  ${EndIf}

  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Doorkeep.lnk" "$INSTDIR\current\doorkeep-tray.exe"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Doorkeep"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\current\doorkeep-tray.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Doorkeep authors"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  SetShellVarContext current
  SetOutPath "$TEMP"
  ; First of all, while the programs are still there: our entries out of every client, unchanged ones as they were before.
  nsExec::Exec /TIMEOUT=120000 '"$INSTDIR\current\doorkeep.exe" clients disconnect --all'
  Pop $0
  ${If} $0 != 0
    MessageBox MB_ICONEXCLAMATION|MB_OKCANCEL "Not every app could be disconnected from Doorkeep; one of them may be running. Close Claude Desktop and other AI apps and choose Cancel to try again later, or choose OK to remove Doorkeep all the same." /SD IDOK IDOK go_on
    SetErrorLevel 1
    Quit
    go_on:
  ${EndIf}
  nsExec::Exec /TIMEOUT=60000 '"$INSTDIR\current\doorkeep.exe" stop'
  Pop $0
  ; The window and bridges whose clients still run keep their files from being removed.
  nsExec::Exec '"$SYSDIR\taskkill.exe" /F /IM doorkeep-tray.exe /FI "USERNAME eq %USERNAME%"'
  Pop $0
  nsExec::Exec '"$SYSDIR\taskkill.exe" /F /IM doorkeep-bridge.exe /FI "USERNAME eq %USERNAME%"'
  Pop $0
  nsExec::Exec /TIMEOUT=60000 '"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -NonInteractive -Command "Get-ScheduledTask -TaskPath \Doorkeep\ -ErrorAction SilentlyContinue | Unregister-ScheduledTask -Confirm:$$false"'
  Pop $0

  RMDir "$INSTDIR\current"
  StrCpy $Place "$INSTDIR\versions\${VERSION}"
  !include "${LISTS}/uninstall.nsh"
  ; Older versions that something ran from until now. Only folders that hold a Doorkeep are looked at.
  FindFirst $0 $Other "$INSTDIR\versions\*"
  ${DoWhile} $Other != ""
    ${If} ${FileExists} "$INSTDIR\versions\$Other\doorkeep-bridge.exe"
    ${AndIf} $Other != "."
    ${AndIf} $Other != ".."
      RMDir /r "$INSTDIR\versions\$Other"
    ${EndIf}
    FindNext $0 $Other
  ${Loop}
  FindClose $0
  RMDir "$INSTDIR\versions"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"

  Delete "$SMPROGRAMS\Doorkeep.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegValue HKCU "${RUN}" "Doorkeep"
  DeleteRegValue HKCU "${APPROVED}" "Doorkeep"
SectionEnd
