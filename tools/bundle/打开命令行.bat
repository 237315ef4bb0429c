@echo off
rem ASCII only, see the other .bat file.
set "PYTHONUTF8=1"
cd /d "%USERPROFILE%\Documents" 2>nul || cd /d "%USERPROFILE%"
cmd /k ""%LOCALAPPDATA%\expertmatch\venv\Scripts\activate.bat" & expertmatch --help"
