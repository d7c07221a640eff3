"""What ``lianban`` offers, one module for each command; ``lianban.cli`` registers them. Those of ``lianban calendar``
have a folder of their own. Whoever defines a command imports something from here, and with it click's own words."""

from lianban.commands.chinese import speak_chinese

speak_chinese()
