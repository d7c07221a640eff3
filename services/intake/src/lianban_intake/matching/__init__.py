"""精准识别服务对象: the facts one may state, and the themes that fit them. Public; nothing stated is kept."""
