@echo off
rem ASCII only: cmd.exe reads this file by the code page of the machine, GBK or UTF-8. All Chinese is said by install.py.
setlocal EnableExtensions DisableDelayedExpansion
set "HERE=%~dp0"
set "PYTHONUTF8=1"
set "TRIED="

:search
for %%V in (@PYTHONS@) do (
    py -%%V -c "import sys" >nul 2>nul
    if not errorlevel 1 (
        py -%%V "%HERE%install.py"
        goto done
    )
)
for %%V in (@PYTHONS@) do (
    python -c "import sys; sys.exit('%%V' != '%%d.%%d' %% sys.version_info[:2])" >nul 2>nul
    if not errorlevel 1 (
        python "%HERE%install.py"
        goto done
    )
)
for %%V in (@PYTHONS@) do call :folder %%V && goto done

if defined TRIED goto none
set "TRIED=1"
if not exist "%HERE%python-installer.exe" goto none
"%HERE%python-installer.exe" /passive InstallAllUsers=0 Include_launcher=1 InstallLauncherAllUsers=0 Include_test=0
goto search

:folder
rem Where Python's own installer puts it for one user, found even when nothing is on the path.
set "DIGITS=%1"
set "DIGITS=%DIGITS:.=%"
set "FOUND=%LOCALAPPDATA%\Programs\Python\Python%DIGITS%\python.exe"
if not exist "%FOUND%" exit /b 1
"%FOUND%" "%HERE%install.py"
exit /b 0

:none
chcp 65001 >nul
type "%HERE%no-python.txt"

:done
echo.
pause
