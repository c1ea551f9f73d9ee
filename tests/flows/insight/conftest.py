"""What the tests of insight share is the scene of the tests of invitations."""

from invitation_scene import deciding_run, rule_on, scene, started

__all__ = ["deciding_run", "rule_on", "scene", "started"]
